import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { CameraAdapter, CameraFrame } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { accountedFrames } from '#ingest/frame-ledger.ts';
import { decodeTrackerMessage, encodeLinkMessage, type TrackerMessage } from '#protocol/camera-link.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { readFates, readFollowedRois, readTracks } from '#recording/read-recording.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';

const shape = { width: 96, height: 72, pixelFormat: 'mono8' } as const;
const XY = { xPx: 41.3, yPx: 35.6 };

/** A frame with one ring bead; `black` frames have no light at all. */
function ringFrame(black = false, shiftPx = 0): Uint8Array {
  return Uint8Array.from({ length: frameBytes(shape) }, (_, index) => {
    const radius = Math.hypot(
      (index % shape.width) - XY.xPx - shiftPx,
      Math.floor(index / shape.width) - XY.yPx,
    );
    return black ? 0 : 120 + 90 * Math.cos(radius) * Math.exp(-radius / 9);
  });
}

function camera(
  ids: readonly number[],
  pixels: (id: number) => Uint8Array = () => ringFrame(),
): CameraAdapter {
  return {
    open: async () => ({ camera: 'test', ...shape, fps: 0, pixelSizeNm: 100 }),
    async *frames(): AsyncGenerator<CameraFrame> {
      for (const id of ids) yield { id, timeNs: BigInt(id) * 10_000_000n, pixels: pixels(id) };
    },
    close: async () => {},
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('LiveTracker', () => {
  let folder: string;
  let tracker: LiveTracker;
  let log: string[];
  const signal = new AbortController().signal;

  async function start(): Promise<void> {
    const config = defaultConfig();
    config.server.port = 0;
    config.engine.engine = 'reference';
    config.recording.folder = join(folder, 'runs');
    log = [];
    tracker = await LiveTracker.start({
      config,
      plan: parsePlan(MAGTRACK_PLAN),
      zLutOf: () => null,
      rois: () => [{ bead: 0, left: 20, top: 10, size: 48 }],
      roiSize: 48,
      log: (text) => log.push(text),
    });
  }

  const url = (path = '') => `ws://127.0.0.1:${tracker.server.port}${path}`;
  const film = (adapter: CameraAdapter) =>
    runCamera(adapter, { url: url(), signal, log: (text) => log.push(text) });

  /** A raw camera socket with the messages it got. */
  async function socket(): Promise<{
    send(message: object): void;
    next(type: string): Promise<TrackerMessage>;
    ws: WebSocket;
  }> {
    const ws = new WebSocket(url('/camera'));
    const got: TrackerMessage[] = [];
    ws.on('message', (bytes: Buffer) => got.push(decodeTrackerMessage(bytes)));
    await once(ws, 'open');
    return {
      ws,
      send: (message) => ws.send(encodeLinkMessage(message as Parameters<typeof encodeLinkMessage>[0])),
      async next(type) {
        for (;;) {
          const index = got.findIndex((message) => message.type === type);
          if (index >= 0) return got.splice(index, 1)[0]!;
          await once(ws, 'message');
        }
      },
    };
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tweezertrack-'));
    await start();
  });

  afterEach(async () => {
    await tracker.close();
    await rm(folder, { recursive: true });
  });

  test('tracks and records every frame of a camera that waits for credit', async () => {
    const report = await film(camera(range(0, 40)));
    expect(report).toEqual({ sent: 40, dropped: 0 });
    await tracker.close();
    const run = tracker.recording!;
    expect(tracker.totals()).toMatchObject({ offered: 40, tracked: 40, 'in-flight': 0 });
    const rows: number[] = [];
    for await (const batch of readTracks(join(run, 'tracks.arrows'))) {
      batch.frame.forEach((frame, row) => {
        rows.push(frame);
        // 0.02 px: the quantization of the rings to 8 bits.
        expect(Math.abs(batch.xPx[row]! - XY.xPx)).toBeLessThan(0.02);
        expect(Math.abs(batch.yPx[row]! - XY.yPx)).toBeLessThan(0.02);
        expect(batch.timeNs[row]).toBe(BigInt(frame) * 10_000_000n);
      });
    }
    expect(rows).toEqual(range(0, 40));
    await start();
  });

  test('a camera that goes and comes back leaves a gap and the run goes on', async () => {
    await film(camera(range(0, 5)));
    await film(camera(range(8, 12)));
    await tracker.close();
    const run = tracker.recording!;
    expect(tracker.totals()).toMatchObject({ offered: 12, tracked: 9, 'camera-away': 3 });
    const gaps = [];
    for await (const row of readFates(join(run, 'frames.arrows'))) {
      if (row.fate !== 'tracked') gaps.push([row.frame, row.lastFrame, row.fate]);
    }
    expect(gaps).toEqual([[5, 7, 'camera-away']]);
    expect(log.filter((line) => line.includes("camera 'test'")).slice(1)).toEqual([
      "camera 'test' has ended",
      "camera 'test' is back",
      "camera 'test' has ended",
    ]);
    await start();
  });

  test('an all-black frame gives status no-light and the frames beside it are tracked', async () => {
    await film(camera(range(0, 3), (id) => ringFrame(id === 1)));
    await tracker.close();
    const run = tracker.recording!;
    const found: boolean[] = [];
    const dark: boolean[] = [];
    for await (const { xPx, status } of readTracks(join(run, 'tracks.arrows'))) {
      found.push(...[...xPx].map(Number.isFinite));
      dark.push(...[...status].map((bits) => (bits & TRACK_STATUS['no-light']) !== 0));
    }
    expect(found).toEqual([true, false, true]);
    expect(dark).toEqual([false, true, false]);
    await start();
  });

  test('a frame of another size is refused with both byte counts, counted, and the link goes on', async () => {
    const link = await socket();
    link.send({ type: 'hello', version: 1, camera: 'test', ...shape, fps: 10 });
    await link.next('welcome');
    link.send({ type: 'frame', id: 0, tNs: 0, data: new Uint8Array(100) });
    expect(await link.next('error')).toMatchObject({
      code: 'E_FRAME',
      message: expect.stringContaining('expected 6912 bytes (96 x 72 mono8), received 100'),
    });
    link.send({ type: 'frame', id: 1, tNs: 0, data: ringFrame() });
    await link.next('credit');
    await link.next('credit');
    expect(tracker.totals()).toMatchObject({ offered: 2, refused: 1, tracked: 1 });
    link.ws.close();
  });

  test.each([
    [
      { type: 'hello', version: 9, camera: 'test', ...shape, fps: 10 },
      'hello version: expected 1, received 9',
    ],
    [
      { type: 'frame', id: 0, tNs: 0, data: new Uint8Array(1) },
      'first message: expected hello, received frame',
    ],
    [{ type: 'goodbye' }, 'camera message type: expected hello, frame, focus, motor, camera or bye'],
  ])('a camera that begins wrongly is told and cut off, the tracker goes on', async (message, words) => {
    const link = await socket();
    link.send(message);
    expect(await link.next('error')).toMatchObject({ message: expect.stringContaining(words) });
    if (link.ws.readyState !== link.ws.CLOSED) await once(link.ws, 'close');
    expect(await film(camera(range(0, 3)))).toEqual({ sent: 3, dropped: 0 });
  });

  test('a frame with a negative number is refused and counted once', async () => {
    const link = await socket();
    link.send({ type: 'hello', version: 1, camera: 'test', ...shape, fps: 10 });
    await link.next('welcome');
    link.send({ type: 'frame', id: -3, tNs: 0, data: ringFrame() });
    expect(await link.next('error')).toMatchObject({ code: 'E_FRAME' });
    expect(tracker.totals()).toMatchObject({ offered: 1, refused: 1, 'in-flight': 0 });
    link.ws.close();
  });

  test('a camera that is gone before it is welcomed leaves its place to the next, in one run', async () => {
    const gone = await socket();
    gone.send({ type: 'hello', version: 1, camera: 'gone', ...shape, fps: 10 });
    gone.ws.close();
    await once(gone.ws, 'close');
    expect(await film(camera(range(0, 3)))).toEqual({ sent: 3, dropped: 0 });
    expect(log.filter((line) => line.startsWith('recording to'))).toHaveLength(1);
  });

  test('a camera with another frame size than the run is refused with both shapes', async () => {
    await film(camera([0]));
    const other = {
      ...camera([1]),
      open: async () => ({ camera: 'big', ...shape, width: 640, fps: 0, pixelSizeNm: 100 }),
    };
    await expect(film(other)).rejects.toThrow(
      'expected 96 x 72 mono8, as this run began, received 640 x 72 mono8',
    );
  });

  test('a second camera is refused while the first is there', async () => {
    const first = await socket();
    first.send({ type: 'hello', version: 1, camera: 'first', ...shape, fps: 10 });
    await first.next('welcome');
    await expect(film(camera([0]))).rejects.toThrow(
      "expected no other camera, received 'first' is connected",
    );
    first.ws.close();
  });

  test('an adapter that ignores its credit loses frames by count, not the tracker its memory', async () => {
    const link = await socket();
    link.send({ type: 'hello', version: 1, camera: 'test', ...shape, fps: 1000 });
    await link.next('welcome');
    for (const id of range(0, 200)) link.send({ type: 'frame', id, tNs: 0, data: ringFrame() });
    link.send({ type: 'bye', sent: 200, dropped: 0 });
    await link.next('farewell');
    const totals = tracker.totals();
    expect(totals.offered).toBe(200);
    expect(totals['dropped-ring']).toBeGreaterThan(0);
    expect(accountedFrames(totals)).toBe(200);
    link.ws.close();
  });

  test('a page of another origin is refused by both endpoints', async () => {
    for (const path of ['/camera', '/live']) {
      const ws = new WebSocket(url(path), { origin: 'http://evil.example' });
      const [error] = await once(ws, 'error');
      expect((error as Error).message).toContain('403');
    }
  });

  test('a dashboard adds, moves and removes beads, and is told what is wrong with a bad request', async () => {
    const ws = new WebSocket(url('/live'));
    const got: LiveMessage[] = [];
    ws.on('message', (bytes: Buffer) => got.push(decodeLive(bytes)));
    await once(ws, 'open');
    await film(camera([0]));
    const until = async <Type extends LiveMessage['type']>(
      type: Type,
      is: (message: Extract<LiveMessage, { type: Type }>) => boolean = () => true,
    ) => {
      for (;;) {
        const found = got.find(
          (message): message is Extract<LiveMessage, { type: Type }> =>
            message.type === type && is(message as Extract<LiveMessage, { type: Type }>),
        );
        if (found) return found;
        await once(ws, 'message');
      }
    };
    let id = 0;
    const ask = async (request: { type: string; [key: string]: unknown }) => {
      const own = ++id;
      ws.send(encodeLive({ ...request, id: own } as ControlRequest));
      return (await until('reply', (reply) => reply.id === own)).error;
    };
    await until('snapshot', ({ camera: shown }) => shown !== null);
    expect(await ask({ type: 'add-bead', xPx: 70, yPx: 40 })).toBeNull();
    expect((await until('beads')).beads).toHaveLength(2);
    expect(await ask({ type: 'move-bead', bead: 1, xPx: 60, yPx: 30 })).toBeNull();
    expect(await ask({ type: 'remove-bead', bead: 0 })).toBeNull();
    expect(await ask({ type: 'remove-bead', bead: 7 })).toContain('E_ROI');
    const last = got.filter((message) => message.type === 'beads').at(-1);
    expect(last).toMatchObject({ beads: [{ bead: 1, left: 36, top: 6, size: 48 }] });
    ws.send(Buffer.from([0xc1, 1, 2]));
    expect((await until('reply', (reply) => reply.id === -1)).error).toContain('E_PROTOCOL');
    ws.close();
  });

  test('the ROI of a bead that is told to follows it through the frame, shown and recorded', async () => {
    const ws = new WebSocket(url('/live'));
    const places: number[] = [];
    let reply: string | null | undefined;
    ws.on('message', (bytes: Buffer) => {
      const message = decodeLive(bytes);
      if (message.type === 'reply') reply = message.error;
      if (message.type === 'beads') places.push(message.beads[0]!.left);
    });
    await once(ws, 'open');
    await film(camera([0]));
    ws.send(encodeLive({ type: 'follow-bead', id: 1, bead: 0, follow: true }));
    while (reply === undefined) await once(ws, 'message');
    expect(reply).toBeNull();
    // One px in ten frames: however many frames a slow machine puts into a batch, the ROI keeps up.
    await film(camera(range(1, 121), (id) => ringFrame(false, id / 10)));
    while (!(places.at(-1)! >= 28)) await once(ws, 'message');
    ws.close();
    await tracker.close();
    const run = tracker.recording!;
    const errors: number[] = [];
    for await (const { frame, xPx } of readTracks(join(run, 'tracks.arrows'))) {
      for (const [row, id] of frame.entries()) errors.push(Math.abs(xPx[row]! - XY.xPx - id / 10));
    }
    expect(errors).toHaveLength(121);
    expect(Math.max(...errors)).toBeLessThan(0.05);
    const lefts: number[] = [];
    for await (const { left } of readFollowedRois(join(run, 'rois.arrows'))) lefts.push(left);
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
    expect(lefts.at(-1)).toBeGreaterThanOrEqual(28);
    await start();
  });

  test('a port in use is named with a remedy', async () => {
    const config = defaultConfig();
    config.server.port = tracker.server.port;
    config.engine.engine = 'reference';
    const again = LiveTracker.start({
      config,
      plan: [],
      zLutOf: () => null,
      rois: () => [],
      roiSize: 48,
      log: () => {},
    });
    await expect(again).rejects.toThrow(
      `port ${tracker.server.port}: expected a free port of 127.0.0.1, received one that is in use`,
    );
  });
});
