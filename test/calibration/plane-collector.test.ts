import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ExposureTime } from '#calibration/exposure-time.ts';
import { PlaneCollector } from '#calibration/plane-collector.ts';
import { PlaneFile } from '#calibration/plane-file.ts';
import { layOutStrip } from '#calibration/strip.ts';
import type { Roi } from '#protocol/roi.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { FRAME, framePixels, ROIS, ringPixels } from './sweep-bench.ts';

const folder = temporaryFolder();
const forever = new AbortController().signal;
const strip = layOutStrip(ROIS, 'mono8');
const FRAME_BYTES = strip.width * strip.height;

function frameAt(ns: number, focusNm = 0) {
  return { timeNs: BigInt(ns), receivedNs: BigInt(ns), pixels: framePixels(focusNm), rois: null };
}

function collectorTo(file: PlaneFile | null, clock: 'frames' | 'host' = 'frames') {
  return new PlaneCollector({ strip, frameWidth: FRAME.width, clock, rois: () => ROIS, file });
}

describe('frames of a plane', () => {
  test('are those exposed after the focus had settled, not those that arrive after it', async () => {
    const collector = collectorTo(null);
    const plane = collector.collect(0, 2, 1000n, forever);
    // Exposed in motion, delivered late.
    collector.frame({ ...frameAt(900, 500), receivedNs: 5000n });
    collector.frame(frameAt(1000, 500));
    collector.frame(frameAt(1001));
    collector.frame(frameAt(1002));
    const { means, timeNs } = await plane;
    expect(timeNs).toEqual([1001n, 1002n]);
    expect([...means[0]!]).toEqual([...ringPixels(24, 0)]);
  });

  test('come from frames that the camera has cut to ROIs, in whatever order', async () => {
    const other: Roi = { bead: 1, left: 0, top: 0, size: 8 };
    const rois = [ROIS[1]!, other, ROIS[0]!];
    const pixels = Buffer.concat([ringPixels(20, 70), new Uint8Array(64), ringPixels(24, 70)]);
    const collector = collectorTo(null);
    const plane = collector.collect(0, 1, 0n, forever);
    collector.frame({ timeNs: 1n, receivedNs: 1n, pixels, rois });
    const { means } = await plane;
    expect([...means[0]!]).toEqual([...ringPixels(24, 70)]);
    expect([...means[1]!]).toEqual([...ringPixels(20, 70)]);
  });

  test('say where their ROIs were, once for as long as those stay', async () => {
    const moved = [{ ...ROIS[0]!, left: 3 }, ROIS[1]!];
    let rois = ROIS;
    const options = { strip, frameWidth: FRAME.width, clock: 'frames', file: null } as const;
    const collector = new PlaneCollector({ ...options, rois: () => rois });
    const plane = collector.collect(6, 4, 0n, forever);
    for (const [frame, there] of [ROIS, ROIS, moved, moved].entries()) {
      rois = there;
      collector.frame(frameAt(frame + 1));
    }
    expect((await plane).cutFrom).toEqual([
      { frame: 6, rois: ROIS },
      { frame: 8, rois: moved },
    ]);
    const next = collector.collect(10, 1, 4n, forever);
    collector.frame(frameAt(5));
    expect((await next).cutFrom).toEqual([{ frame: 10, rois: moved }]);
  });

  test('that the disk has no room for are passed over, counted, and others taken for them', async () => {
    const path = join(folder, 'behind');
    const file = await PlaneFile.open(path, FRAME_BYTES, 2 * FRAME_BYTES);
    const collector = collectorTo(file);
    const plane = collector.collect(0, 4, 0n, forever);
    // No turn of the event loop in between: nothing can be written.
    for (let ns = 1; ns <= 5; ns++) collector.frame(frameAt(ns, ns));
    expect([collector.frames, collector.missed]).toEqual([2, 3]);
    await file.flush();
    for (let ns = 6; ns <= 7; ns++) collector.frame(frameAt(ns, ns));
    expect((await plane).timeNs).toEqual([1n, 2n, 6n, 7n]);
    await file.flush();
    await file.close();
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(4 * FRAME_BYTES);
    expect([...bytes.subarray(3 * FRAME_BYTES, 3 * FRAME_BYTES + 24)]).toEqual([
      ...ringPixels(24, 7).subarray(0, 24),
    ]);
  });

  test('are written over by those of the same plane taken anew', async () => {
    const path = join(folder, 'anew');
    const file = await PlaneFile.open(path, FRAME_BYTES);
    const collector = collectorTo(file);
    const abort = new AbortController();
    const given = collector.collect(0, 3, 0n, abort.signal);
    collector.frame(frameAt(1, 400));
    abort.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    await file.flush();
    const plane = collector.collect(0, 1, 0n, forever);
    collector.frame(frameAt(2, 20));
    await plane;
    await file.flush();
    await file.close();
    expect([...readFileSync(path).subarray(0, 24)]).toEqual([...ringPixels(24, 20).subarray(0, 24)]);
  });

  test('of a disk that fails are an error that names the file', async () => {
    await expect(PlaneFile.open(join(folder, 'none', 'stack'), 16)).rejects.toThrow(/none\/stack/);
  });
});

describe('a strip', () => {
  test('goes on in another row before it is too wide for readers', () => {
    const rois = Array.from({ length: 100 }, (_, bead) => ({
      bead,
      left: 0,
      top: 0,
      size: bead % 2 ? 64 : 80,
    }));
    const { height, rois: places, width } = layOutStrip(rois, 'mono16');
    expect(width).toBeLessThanOrEqual(4096);
    expect(height).toBe(160);
    const covered = new Set<string>();
    for (const { bead, left, size, top } of places) {
      expect(left + size).toBeLessThanOrEqual(width);
      expect(top + size).toBeLessThanOrEqual(height);
      for (let x = left; x < left + size; x += 16) covered.add(`${x},${top}:${bead}`);
    }
    expect(covered.size).toBe(50 * 4 + 50 * 5);
    expect(new Set([...covered].map((place) => place.split(':')[0])).size).toBe(covered.size);
  });
});

describe('the time of exposure by the clock of the host', () => {
  test("is the camera's own when it keeps the time of the host, however late frames arrive", () => {
    const exposure = new ExposureTime();
    for (const delay of [3, 900, 12]) {
      expect(exposure.hostNs(1_000_000n, 1_000_000n + BigInt(delay * 1e6))).toBe(1_000_000n);
    }
  });

  test('is shifted by the least delay when the clock of the camera is ahead, or counts from its start', () => {
    for (const offsetNs of [-50_000_000n, 1_000_000_000_000n]) {
      const exposure = new ExposureTime();
      exposure.hostNs(0n, offsetNs + 9_000_000n);
      exposure.hostNs(0n, offsetNs + 4_000_000n);
      // 4 ms later than it was: the time the fastest frame took.
      expect(exposure.hostNs(10n, offsetNs + 60_000_000n)).toBe(10n + offsetNs + 4_000_000n);
    }
  });
});
