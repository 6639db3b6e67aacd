import { cameraPath, splitCameraPath } from '#protocol/camera-name.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { decodeLive, encodeLive, LIVE_PATH, LIVE_VERSION, type LiveMessage } from '#protocol/live.ts';
import type { LiveStore } from '../store/live-store.ts';

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

/** A control request before it is numbered. */
export type Ask = WithoutId<ControlRequest>;

const ANSWERS = ['placed', 'proposals', 'pipeline', 'plan-check', 'plan-trial'] as const;

/** What the tracker tells only whoever asked, before its reply. */
export type Answer = Extract<LiveMessage, { type: (typeof ANSWERS)[number] }>;

export interface LiveConnection {
  /**
   * Asks the tracker; resolves to null when done, else to the reason why not.
   * @param onAnswer told what the tracker answers besides
   */
  request(ask: Ask, onAnswer?: (answer: Answer) => void): Promise<string | null>;
  close(): void;
}

/** The part of a WebSocket that is used. */
export type LiveSocket = Pick<WebSocket, 'readyState' | 'send' | 'close' | 'binaryType'> & {
  onmessage: ((event: MessageEvent<ArrayBuffer>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
};

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;
// The tracker sends its status twice a second: silence means that the link is dead, whatever TCP believes.
const SILENCE_MS = 5000;
const OPEN = 1;

/** Address of the live messages of the page's own origin, of the camera whose page it is. */
export function liveUrl({ protocol, host, pathname }: Location): string {
  const { name } = splitCameraPath(pathname);
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${cameraPath(name)}${LIVE_PATH}`;
}

/** Connects a store to the tracker, and again with growing pauses (0.25 s to 5 s) whenever the link is lost. */
export function connectLive(
  store: LiveStore,
  url: string,
  openSocket: (url: string) => LiveSocket = (address) => new WebSocket(address),
): LiveConnection {
  const waiting = new Map<number, (error: string | null) => void>();
  const answering = new Map<number, (answer: Answer) => void>();
  let nextId = 1;
  let retryMs = FIRST_RETRY_MS;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let heardAtMs = 0;
  let socket = connect();

  const watchdog = setInterval(() => {
    if (store.isLive.value && Date.now() - heardAtMs > SILENCE_MS) giveUp();
  }, 1000);

  function connect(): LiveSocket {
    const opened = openSocket(url);
    opened.binaryType = 'arraybuffer';
    opened.onmessage = (event) => receive(decodeLive(new Uint8Array(event.data)));
    opened.onclose = lose;
    return opened;
  }

  function receive(message: LiveMessage): void {
    heardAtMs = Date.now();
    if (message.type === 'reply') {
      waiting.get(message.id)?.(message.error);
      waiting.delete(message.id);
      answering.delete(message.id);
      return;
    }
    if (isAnswer(message)) {
      answering.get(message.id)?.(message);
      return;
    }
    if (message.type === 'snapshot') {
      if (message.version !== LIVE_VERSION) {
        end();
        store.link.value = { phase: 'outdated' };
        return;
      }
      store.apply(message);
      retryMs = FIRST_RETRY_MS;
      store.link.value = { phase: 'live' };
      return;
    }
    store.apply(message);
  }

  function lose(): void {
    for (const answer of waiting.values())
      answer('the connection to the tracker was lost before it answered');
    waiting.clear();
    answering.clear();
    store.link.value = { phase: 'lost', retryMs };
    retryTimer = setTimeout(() => {
      socket = connect();
    }, retryMs);
    retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
  }

  /** Drops a silent link; its own close event may take a minute to come. */
  function giveUp(): void {
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
    lose();
  }

  function end(): void {
    clearInterval(watchdog);
    clearTimeout(retryTimer);
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
  }

  return {
    request(ask, onAnswer) {
      if (socket.readyState !== OPEN) return Promise.resolve('there is no connection to the tracker');
      const id = nextId++;
      return new Promise((answer) => {
        waiting.set(id, answer);
        if (onAnswer) answering.set(id, onAnswer);
        socket.send(encodeLive({ ...ask, id }) as Uint8Array<ArrayBuffer>);
      });
    },
    close: end,
  };
}

function isAnswer(message: LiveMessage): message is Answer {
  return ANSWERS.some((type) => type === message.type);
}
