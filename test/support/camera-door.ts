import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { WebSocketServer } from 'ws';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { CameraEndpoint, type ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { assertAccounted, FrameLedger } from '#ingest/frame-ledger.ts';
import type { TweezertrackError } from '#protocol/errors.ts';
import { rawCamera } from './raw-camera.ts';

export const shape = { width: 80, height: 60, pixelFormat: 'mono8' } as const;
export const hello = { type: 'hello', version: 1, camera: 'test', ...shape, fps: 100 };
export const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Says of every pixel where it is and of which frame. */
export function pixelAt(id: number, x: number, y: number): number {
  return (x * 3 + y * 7 + id * 11 + ((x * y) >> 3)) & 255;
}

export function framePixels(id: number): Uint8Array {
  return Uint8Array.from({ length: shape.width * shape.height }, (_, index) =>
    pixelAt(id, index % shape.width, Math.floor(index / shape.width)),
  );
}

export function camera(ids: Iterable<number>): CameraAdapter {
  return {
    open: async () => ({ camera: 'test', ...shape, fps: 0, pixelSizeNm: 100 }),
    async *frames() {
      for (const id of ids) yield { id, timeNs: BigInt(id), pixels: framePixels(id) };
    },
    close: async () => {},
  };
}

// These are of the test that runs.
export let server: WebSocketServer;
export let ledger: FrameLedger;
export let endpoint: CameraEndpoint;
export let frames: (Pick<ReceivedFrame, 'id' | 'rois'> & {
  pixels: Uint8Array;
  picture: Uint8Array | null;
})[];
export let troubles: TweezertrackError[];
export let counts: { away: number };
let tellOf: (frame: ReceivedFrame) => void;

/** Says what to do with every frame before it is settled. */
export function onFrame(tell: (frame: ReceivedFrame) => void): void {
  tellOf = tell;
}

export const url = () => `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
export const film = (ids: Iterable<number>) =>
  runCamera(camera(ids), { url: url(), signal: new AbortController().signal, log: () => {} });

/** A camera that sends its frames by number, or what it is told to instead. */
export async function link(greeting: object = hello) {
  const camera = await rawCamera(url(), greeting);
  const frame = (id: number, more: object = {}) => camera.frame(id, framePixels(id), more);
  return { ...camera, frame };
}

/** Gives every test an endpoint behind a server, and holds it to account for every frame. */
export function eachWithEndpoint(): void {
  beforeEach(async () => {
    frames = [];
    troubles = [];
    const own = { away: 0 };
    counts = own;
    tellOf = () => {};
    ledger = new FrameLedger(() => {});
    endpoint = new CameraEndpoint({
      window: 3,
      roiStreaming: 'auto',
      ledger,
      onCamera: async () => {},
      onAway: () => own.away++,
      onTrouble: (error) => troubles.push(error),
      onFrame: (frame) => {
        const { id, rois, pixels, picture } = frame;
        frames.push({
          id,
          rois,
          pixels: Uint8Array.from(pixels),
          picture: picture && Uint8Array.from(picture),
        });
        tellOf(frame);
        ledger.tracked(1);
        endpoint.settled(1);
      },
    });
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => endpoint.accept(socket));
    await once(server, 'listening');
  });

  afterEach(() => {
    assertAccounted(ledger.totals());
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
}
