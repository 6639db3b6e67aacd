import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { LimitError, ProtocolError, type TweezertrackError } from '#protocol/errors.ts';
import type { Refusal } from '#protocol/refusal.ts';
import { isWebSocketError, type Refusals } from './refusals.ts';

/** Bounds of the network side that no setting changes. */
export const CONNECTION_LIMITS = {
  /** All connections, half-open ones among them. */
  connections: 256,
  /** One camera sends; the others say hello and are told so. */
  cameras: 4,
  /** Time to the first message of a camera. */
  helloMs: 5000,
  /** Bytes of a camera before its first message is whole. */
  helloBytes: 64 << 10,
  /** A peer silent for this long is pinged, and for twice as long given up. */
  pingMs: 15_000,
  sweepMs: 1000,
  /** For the whole of an HTTP request, its headers among them. */
  requestMs: 10_000,
  cameraMessagesPerS: 20_000,
  viewerMessagesPerS: 100,
  /** Holds a map of some thousand cells: 12 bytes for each row of each. */
  viewerMessageBytes: 1 << 20,
  /** Messages that wait for a peer to read them. */
  unreadBytes: 16 << 20,
};

export type ConnectionLimits = typeof CONNECTION_LIMITS;

/** The second is of lengths above 2^53. */
const TOO_BIG = new Set(['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH']);

interface Peer {
  socket: WebSocket;
  stream: Duplex & { bytesRead?: number };
  who: string;
  bytesRead: number;
  silentSweeps: number;
  refused: boolean;
}

/** Watches the open WebSockets: their rate, their silence and what they leave unread. */
export class ConnectionWatch {
  readonly #limits: ConnectionLimits;
  readonly #refusals: Refusals;
  readonly #peers = new Set<Peer>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(limits: ConnectionLimits, refusals: Refusals) {
    this.#limits = limits;
    this.#refusals = refusals;
    this.#sweeper = setInterval(() => this.#sweep(), limits.sweepMs);
  }

  /** A camera, which must say hello in time. */
  camera(socket: WebSocket, stream: Duplex): void {
    const { helloMs, helloBytes, cameraMessagesPerS } = this.#limits;
    const peer = this.#add(socket, stream, 'camera', cameraMessagesPerS);
    const timer = setTimeout(() => {
      this.#end(peer, 'hello-time', limitError('camera hello', `one within ${helloMs} ms`, 'none'));
    }, helloMs);
    const early = (): void => {
      if (bytesOf(peer) <= helloBytes) return;
      const expected = `at most ${helloBytes} bytes`;
      this.#end(
        peer,
        'message-size',
        limitError('camera hello', expected, `${bytesOf(peer)} and more`),
        1009,
      );
    };
    const settle = (): void => {
      clearTimeout(timer);
      stream.off('data', early);
    };
    stream.on('data', early);
    socket.once('message', settle);
    socket.once('close', settle);
  }

  /** A dashboard. */
  viewer(socket: WebSocket, stream: Duplex): void {
    this.#add(socket, stream, 'dashboard', this.#limits.viewerMessagesPerS);
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #add(socket: WebSocket, stream: Duplex, who: string, messagesPerS: number): Peer {
    const peer: Peer = { socket, stream, who, bytesRead: 0, silentSweeps: 0, refused: false };
    this.#peers.add(peer);
    // A burst of one second, then so many a second.
    let allowance = messagesPerS;
    let atMs = performance.now();
    socket.on('message', () => {
      const nowMs = performance.now();
      allowance = Math.min(messagesPerS, allowance + ((nowMs - atMs) * messagesPerS) / 1000) - 1;
      atMs = nowMs;
      if (allowance < 0) {
        this.#end(peer, 'message-rate', limitError(who, `at most ${messagesPerS} messages a second`, 'more'));
      }
      this.#checkUnread(peer);
    });
    socket.on('close', () => this.#peers.delete(peer));
    socket.on('error', (cause) => {
      if (!isWebSocketError(cause) || peer.refused) return;
      peer.refused = true;
      const tooBig = TOO_BIG.has(cause.code);
      this.#refusals.count(
        tooBig ? 'message-size' : 'websocket',
        tooBig
          ? limitError(`message of a ${who}`, 'one within its limit', cause.message)
          : new ProtocolError({ where: who, expected: 'WebSocket frames', received: cause.message }, cause),
      );
      // The close frame is on its way; a peer that does not answer it would keep its place.
      this.#finish(peer);
    });
    return peer;
  }

  #sweep(): void {
    const { pingMs, sweepMs } = this.#limits;
    for (const peer of this.#peers) {
      this.#checkUnread(peer);
      // By count, not by clock: after a pause of this process everybody would seem silent.
      if (bytesOf(peer) !== peer.bytesRead) peer.silentSweeps = 0;
      else peer.silentSweeps++;
      peer.bytesRead = bytesOf(peer);
      const silentMs = peer.silentSweeps * sweepMs;
      if (silentMs >= 2 * pingMs) {
        this.#end(peer, 'dead', limitError(peer.who, `a word within ${2 * pingMs} ms`, 'none'));
      } else if (silentMs >= pingMs && peer.socket.readyState === peer.socket.OPEN) peer.socket.ping();
    }
  }

  #checkUnread(peer: Peer): void {
    const { unreadBytes } = this.#limits;
    const { bufferedAmount } = peer.socket;
    if (bufferedAmount <= unreadBytes) return;
    const complaint = limitError(peer.who, `at most ${unreadBytes} unread bytes`, `${bufferedAmount}`);
    this.#end(peer, 'slow-peer', complaint);
    peer.socket.terminate();
  }

  #end(peer: Peer, reason: Refusal, error: TweezertrackError, code = 1008): void {
    if (peer.refused) return;
    peer.refused = true;
    this.#refusals.count(reason, error);
    peer.socket.close(code, `${error.code} ${error.message}`.slice(0, 120));
    this.#finish(peer);
  }

  /** Lets the reason go out, then ends it, whatever the peer does. */
  #finish({ socket, stream }: Peer): void {
    // Thousands of messages may have come in one piece with the one too many.
    socket.removeAllListeners('message');
    stream.pause();
    setTimeout(() => socket.terminate(), this.#limits.sweepMs).unref();
  }
}

function bytesOf({ stream }: Peer): number {
  return stream.bytesRead ?? 0;
}

function limitError(where: string, expected: string, received: string): LimitError {
  return new LimitError({ where, expected, received });
}
