/** Why the tracker turned a peer or a message away; each is counted by its name. */
const REFUSALS = {
  host: "a request for a host name that is not this tracker's",
  origin: 'a request from a page of another origin',
  'no-token': 'a request without a token, or with a sign-in that has ended',
  'bad-token': 'a token that is not one of those configured',
  role: 'a token of a role that may not do what was asked',
  'sign-in-rate': 'too many sign-ins with a wrong token',
  path: 'a path that leads to nothing',
  method: 'a method that is not served',
  'http-request': 'bytes that are no HTTP request, or headers or a body above their limit',
  'http-time': 'an HTTP request that did not end in time, or whose answer nobody read',
  tls: 'a TLS handshake that failed',
  connections: 'a connection above the limit of all connections',
  cameras: 'a camera above the limit of camera connections',
  viewers: 'a viewer above the limit of viewers',
  'hello-time': 'a camera connection without a message in time',
  dead: 'a peer that no longer answers pings',
  'slow-peer': 'a peer that leaves its messages unread',
  'message-rate': 'a connection with more messages a second than its limit',
  'message-size': 'a message that is, or says it is, larger than its limit',
  websocket: 'bytes that are no WebSocket frame, or a handshake that is none',
  'camera-message': 'a message of a camera that cannot be used',
  frame: 'a frame that is not what the hello announced',
  request: 'a request of a dashboard that cannot be done',
} as const;

export type Refusal = keyof typeof REFUSALS;

/** Refusals since the start, by reason. */
export type RefusalCounts = Record<Refusal, number>;

/** All zero. */
export function noRefusals(): RefusalCounts {
  return Object.fromEntries(Object.keys(REFUSALS).map((reason) => [reason, 0])) as RefusalCounts;
}
