import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseControlRequest } from '#protocol/control-request.ts';
import { encodeLive, LIVE_VERSION, type LiveMessage } from '#protocol/live.ts';
import {
  connectLive,
  type LiveConnection,
  type LiveSocket,
  liveUrl,
} from '../../../dashboard/link/live-connection.ts';
import { createLiveStore, type LiveStore } from '../../../dashboard/store/live-store.ts';

class FakeSocket implements LiveSocket {
  readyState: LiveSocket['readyState'] = 1;
  binaryType: BinaryType = 'blob';
  onmessage: LiveSocket['onmessage'] = null;
  onclose: LiveSocket['onclose'] = null;
  readonly sent: Uint8Array[] = [];

  send(bytes: string | Blob | BufferSource): void {
    this.sent.push(bytes as Uint8Array);
  }

  /** As in a browser whose peer is gone, no close event follows. */
  close(): void {
    this.readyState = 3;
  }

  hear(message: LiveMessage | object): void {
    const bytes = Uint8Array.from(encodeLive(message as LiveMessage));
    this.onmessage?.({ data: bytes.buffer } as MessageEvent<ArrayBuffer>);
  }

  lose(): void {
    this.readyState = 3;
    this.onclose?.({} as CloseEvent);
  }
}

const SNAPSHOT: LiveMessage = {
  type: 'snapshot',
  version: LIVE_VERSION,
  camera: null,
  beads: [],
  roiSize: 40,
  engine: { engine: 'reference', device: 'CPU', why: 'asked for' },
  pipeline: [],
  fits: false,
  recording: null,
};

let store: LiveStore;
let sockets: FakeSocket[];
let connection: LiveConnection;
const newestSocket = () => sockets.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  store = createLiveStore();
  sockets = [];
  connection = connectLive(store, 'ws://bench/live', () => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

test('the address is /live of the page, below the path of its camera', () => {
  const at = (page: string) => liveUrl(new URL(page) as unknown as Location);
  expect(at('http://127.0.0.1:7411/some/page?x')).toBe('ws://127.0.0.1:7411/live');
  expect(at('https://bench.lab/')).toBe('wss://bench.lab/live');
  expect(at('http://bench.lab/cameras/cells/')).toBe('ws://bench.lab/cameras/cells/live');
  expect(at('http://bench.lab/cameras/')).toBe('ws://bench.lab/live');
});

test('the connection is live with the first snapshot', () => {
  expect(store.link.value.phase).toBe('connecting');
  newestSocket().hear(SNAPSHOT);
  expect(store.link.value.phase).toBe('live');
  expect(store.roiSize.value).toBe(40);
});

test('a tracker of another version ends it and says so', () => {
  newestSocket().hear({ ...SNAPSHOT, version: LIVE_VERSION + 1 });
  expect(store.link.value.phase).toBe('outdated');
  vi.advanceTimersByTime(60_000);
  expect(sockets).toHaveLength(1);
});

describe('a lost connection', () => {
  test('is tried again after 0.25 s, then with pauses that double up to 5 s', () => {
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      newestSocket().lose();
      const link = store.link.value;
      pauses.push(link.phase === 'lost' ? link.retryMs : Number.NaN);
      vi.advanceTimersByTime(pauses.at(-1)! - 1);
      expect(sockets).toHaveLength(attempt + 1);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(attempt + 2);
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  test('is tried soon again once it was live in between', () => {
    for (const _ of [1, 2, 3]) {
      newestSocket().lose();
      vi.runOnlyPendingTimers();
    }
    newestSocket().hear(SNAPSHOT);
    newestSocket().lose();
    expect(store.link.value).toEqual({ phase: 'lost', retryMs: 250 });
  });

  test('is noticed by 5 s of silence', () => {
    newestSocket().hear(SNAPSHOT);
    vi.advanceTimersByTime(4000);
    newestSocket().hear({ type: 'beads', beads: [] });
    vi.advanceTimersByTime(4000);
    expect(store.link.value.phase).toBe('live');
    vi.advanceTimersByTime(2000);
    expect(store.link.value.phase).toBe('lost');
  });
});

describe('a request', () => {
  test('is answered by the reply with its id', async () => {
    newestSocket().hear(SNAPSHOT);
    const moved = connection.request({ type: 'move-bead', bead: 4, xPx: 1.5, yPx: 2.5 });
    const removed = connection.request({ type: 'remove-bead', bead: 5 });
    const [move, remove] = newestSocket().sent.map((bytes) => parseControlRequest(bytes));
    expect(move).toEqual({ type: 'move-bead', id: expect.any(Number), bead: 4, xPx: 1.5, yPx: 2.5 });
    newestSocket().hear({ type: 'reply', id: remove!.id, error: 'there is no bead 5' });
    newestSocket().hear({ type: 'reply', id: move!.id, error: null });
    expect(await moved).toBeNull();
    expect(await removed).toBe('there is no bead 5');
  });

  test('fails in words when the connection is lost before the answer, or was before', async () => {
    newestSocket().hear(SNAPSHOT);
    const waiting = connection.request({ type: 'watch', beads: [] });
    newestSocket().lose();
    expect(await waiting).toMatch(/lost before it answered/);
    expect(await connection.request({ type: 'watch', beads: [] })).toMatch(/no connection/);
  });
});
