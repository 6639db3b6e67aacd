import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { CameraAdapter } from '#camera-adapters/define.ts';
import { runCamera } from '#camera-adapters/run.ts';
import { noFates } from '#protocol/frame-fate.ts';
import { decodeLive, encodeLive, type LiveMessage } from '#protocol/live.ts';
import type { FateRow } from '#recording/fate-block.ts';
import { readFates, readFollowedRois, readTracks } from '#recording/read-recording.ts';
import { readRunRecord } from '#recording/run-record.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { rawCamera } from '../support/raw-camera.ts';

const shape = { width: 128, height: 72, pixelFormat: 'mono8' } as const;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Two beads, which lie differently in the ROIs around them, and move a hundredth of a px a frame. */
const BEADS = [
  { xPx: 30.3, yPx: 35.6, left: 8, top: 12 },
  { xPx: 92.7, yPx: 33.2, left: 72, top: 10 },
] as const;
const SIZE = 44;
const xOf = (bead: number, id: number) => BEADS[bead]!.xPx + id / 100;

function framePixels(id: number): Uint8Array {
  return Uint8Array.from({ length: shape.width * shape.height }, (_, index) => {
    let light = 120;
    for (const [bead, { yPx }] of BEADS.entries()) {
      const radius = Math.hypot((index % shape.width) - xOf(bead, id), Math.floor(index / shape.width) - yPx);
      light += 90 * Math.cos(radius) * Math.exp(-radius / 6);
    }
    return light;
  });
}

function camera(ids: Iterable<number>): CameraAdapter {
  return {
    open: async () => ({ camera: 'test', ...shape, fps: 0, pixelSizeNm: 100 }),
    async *frames() {
      for (const id of ids) yield { id, timeNs: BigInt(id) * 10_000_000n, pixels: framePixels(id) };
    },
    close: async () => {},
  };
}

describe('LiveTracker and a camera that cuts its frames to ROIs', () => {
  let folder: string;
  let tracker: LiveTracker;
  let log: string[];

  async function start(roiStreaming: 'auto' | 'never' = 'auto', follow = false): Promise<void> {
    const config = defaultConfig();
    config.server.port = 0;
    config.engine.engine = 'reference';
    config.recording.folder = join(folder, 'runs');
    config.camera.roiStreaming = roiStreaming;
    config.rois.follow = follow;
    const { left, top } = BEADS[0];
    tracker = await LiveTracker.start({
      config,
      plan: parsePlan(MAGTRACK_PLAN),
      zLutOf: () => null,
      rois: () => [{ bead: 0, left, top, size: SIZE }],
      roiSize: SIZE,
      log: (text) => log.push(text),
    });
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tweezertrack-'));
    log = [];
  });

  afterEach(async () => {
    await tracker.close();
    await rm(folder, { recursive: true });
  });

  const url = () => `ws://127.0.0.1:${tracker.server.port}`;
  const film = (ids: Iterable<number>) =>
    runCamera(camera(ids), {
      url: url(),
      signal: new AbortController().signal,
      log: (text) => log.push(text),
    });

  /** A dashboard that asks, one request after the other, and keeps what it is shown. */
  async function dashboard() {
    const ws = new WebSocket(`${url()}/live`);
    const shown: LiveMessage[] = [];
    ws.on('message', (bytes: Buffer) => shown.push(decodeLive(bytes)));
    await once(ws, 'open');
    let id = 0;
    const moveTo = async (bead: number) => {
      const own = ++id;
      const { left, top } = BEADS[bead]!;
      const middle = { xPx: left + SIZE / 2, yPx: top + SIZE / 2 };
      ws.send(encodeLive({ type: 'move-bead', id: own, bead: 0, ...middle }));
      for (;;) {
        const reply = shown.find((message) => message.type === 'reply' && message.id === own);
        if (reply?.type === 'reply') return expect(reply.error).toBeNull();
        await once(ws, 'message');
      }
    };
    return { ws, shown, moveTo };
  }

  /** [frame] x of the only bead. */
  async function recordedX(): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    for await (const { frame, xPx } of readTracks(join(tracker.recording!, 'tracks.arrows'))) {
      frame.forEach((id, row) => {
        found.set(id, xPx[row]!);
      });
    }
    return found;
  }

  test('an ROI that goes from bead to bead in full flow: each frame has the bead of its own ROI', async () => {
    await start();
    const viewer = await dashboard();
    let moves = 0;
    let frames = 0;
    // However slow the moves are, frames go on for some.
    const untilMoved = function* () {
      while (frames < 400 || (moves < 4 && frames < 600)) yield frames++;
    };
    const filmed = film(untilMoved());
    let ended = false;
    const end = () => {
      ended = true;
    };
    filmed.then(end, end);
    await expect.poll(() => ended || tracker.totals().tracked > 5, { interval: 5 }).toBe(true);
    while (!ended) {
      await viewer.moveTo(++moves % 2);
      const { tracked } = tracker.totals();
      // Not faster: a viewer with many messages a second is cut off.
      await expect.poll(() => ended || tracker.totals().tracked > tracked + 10, { interval: 5 }).toBe(true);
    }
    expect(await filmed).toEqual({ sent: frames, dropped: 0 });
    viewer.ws.close();
    await tracker.close();
    const { roiChanges } = await readRunRecord(tracker.recording!);
    expect(roiChanges.length).toBeGreaterThan(2);
    const found = await recordedX();
    expect(found.size).toBe(frames);
    for (const [id, xPx] of found) {
      const place = roiChanges.findLast(({ frame }) => frame <= id)?.set[0] ?? BEADS[0];
      const bead = BEADS.findIndex(({ left }) => left === place.left);
      // 0.02 px: the quantization of the rings to 8 bits. Pixels of the other ROI would be off by 2.4 px.
      expect(Math.abs(xPx - xOf(bead, id)), `frame ${id}`).toBeLessThan(0.02);
    }
  });

  test('the numbers are those of whole frames, to the last bit', async () => {
    await start('never');
    await film(range(0, 30));
    await tracker.close();
    const whole = await recordedX();
    await start('auto');
    await film(range(0, 30));
    await tracker.close();
    expect(await recordedX()).toEqual(whole);
  });

  test('an ROI follows its bead, and where it went is recorded at the frame that was cut to it', async () => {
    await start('auto', true);
    await film(range(0, 700));
    await tracker.close();
    const found = await recordedX();
    for (const [id, xPx] of found) expect(Math.abs(xPx - xOf(0, id)), `frame ${id}`).toBeLessThan(0.02);
    const places: { frame: number; left: number }[] = [];
    for await (const place of readFollowedRois(join(tracker.recording!, 'rois.arrows'))) places.push(place);
    // The bead goes 7 px; the ROI moves when it is 1 px off the middle.
    expect(places.length).toBeGreaterThan(3);
    const middle = (SIZE - 1) / 2;
    for (const { frame, left } of places) {
      expect(Math.abs(xOf(0, frame) - left - middle), `frame ${frame}`).toBeLessThan(1);
    }
  });

  test('a viewer is shown whole pictures', async () => {
    await start();
    const viewer = await dashboard();
    const stop = new AbortController();
    let id = 0;
    const endless: CameraAdapter = {
      ...camera([]),
      async *frames() {
        for (; !stop.signal.aborted; id++) yield { id, timeNs: BigInt(id), pixels: framePixels(0) };
      },
    };
    const filmed = runCamera(endless, { url: url(), signal: stop.signal, log: () => {} });
    const pictures = () => viewer.shown.filter((message) => message.type === 'preview');
    await expect.poll(() => pictures().length).toBeGreaterThan(3);
    stop.abort();
    await filmed;
    viewer.ws.close();
    const { frame, width, height, pixels } = pictures().at(-1)!;
    expect([width, height]).toEqual([shape.width, shape.height]);
    expect(frame).toBeGreaterThan(0);
    // Both beads are there, of which the ROI holds one.
    for (const { xPx, yPx } of BEADS) {
      expect(pixels[Math.round(yPx) * width + Math.round(xPx)]).toBeGreaterThan(230);
    }
    expect(pixels[0]).toBeLessThan(180);
  });

  test('what goes wrong on the way in is recorded as it was counted', async () => {
    await start();
    const raw = await rawCamera(url(), {
      type: 'hello',
      version: 1,
      camera: 'raw',
      ...shape,
      fps: 100,
      wrap: { first: 1, last: 65535 },
    });
    // 65532 and 3 never come, 65534 comes late, 1 comes twice, 4 has the wrong size; the clock goes back twice.
    const wire = [65531, 65533, 65535, 65534, 1, 1, 2, 4, 5];
    for (const [turn, id] of wire.entries()) {
      const data = id === 4 ? new Uint8Array(9) : framePixels(0);
      await raw.frame(id, data, { tNs: [90, 80, 70, 75, 100, 101, 102, 103, 104][turn]! * 1e9 });
    }
    const clock = () => log.filter((line) => line.includes('tNs'));
    expect(clock().length).toBeGreaterThan(0);
    raw.ws.terminate();
    await tracker.close();
    const totals = tracker.totals();
    expect(totals).toMatchObject({
      offered: 11,
      tracked: 6,
      'dropped-link': 2,
      'dropped-late': 1,
      refused: 2,
      'in-flight': 0,
    });
    expect(log.filter((line) => line.startsWith('error'))).toEqual([]);
    const rows: FateRow[] = [];
    for await (const row of readFates(join(tracker.recording!, 'frames.arrows'))) rows.push(row);
    const lastWord = new Map<number, string>();
    for (const { frame, lastFrame, fate } of rows) {
      for (const id of range(frame, lastFrame + 1)) lastWord.set(id, fate);
    }
    const counted = noFates();
    for (const fate of lastWord.values()) counted[fate as keyof typeof counted]++;
    // The frame that came twice has one number, and was tracked the first time.
    expect({ ...counted, refused: counted.refused + 1 }).toEqual({
      ...counted,
      tracked: 6,
      'dropped-link': 2,
      'dropped-late': 1,
      refused: 2,
    });
    const { frames } = await readRunRecord(tracker.recording!);
    expect(frames).toMatchObject({ tracked: 6, 'dropped-link': 2, 'dropped-late': 1 });
    const tracked = rows.filter(({ fate }) => fate === 'tracked');
    for (const { receivedNs, trackedNs } of tracked) expect(trackedNs! > receivedNs).toBe(true);
  });
});
