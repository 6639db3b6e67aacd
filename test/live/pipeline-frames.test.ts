import { describe, expect, test } from 'vitest';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { RoiError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import { LastFrames } from '#tracker/live/pipeline-frames.ts';

const SHAPE = { width: 9, height: 6, pixelFormat: 'mono12' } as const;
const pixels = new Uint8Array(
  Uint16Array.from({ length: SHAPE.width * SHAPE.height }, (_, at) => 256 + at).buffer,
);
const frame = (facts: Partial<ReceivedFrame> = {}): ReceivedFrame =>
  ({ id: 0, timeNs: 0n, receivedNs: 0n, pixels, rois: null, ...facts }) as ReceivedFrame;
const at = (ms: number) => ({ timeNs: 5n + BigInt(ms) * 1_000_000n });
const rois = (...more: Roi[]): Roi[] => [{ bead: 4, left: 2, top: 1, size: 2 }, ...more];

describe('the frames of a trial', () => {
  test('are the ROIs of the last second, one after the other, wherever they are, at once', async () => {
    const collector = new LastFrames();
    collector.frame(frame(at(0)), rois(), SHAPE);
    collector.keep();
    for (const ms of [5, 10, 20]) collector.frame(frame(at(ms)), rois(), SHAPE);
    collector.frame(frame(at(500)), [{ bead: 4, left: 3, top: 2, size: 2 }], SHAPE);
    collector.frame(frame(at(1020)), rois(), SHAPE);
    const frames = await collector.take();
    expect(frames.timeNs).toEqual([0, 480e6, 1000e6]);
    expect(frames.rois.map(([roi]) => [roi!.left, roi!.top])).toEqual([
      [2, 1],
      [3, 2],
      [2, 1],
    ]);
    // Counts tell where they lay: 256 + row * 9 + column.
    const counts = frames.pixels.map((bytes) => [...new Uint16Array(bytes)]);
    expect(counts.slice(0, 2)).toEqual([
      [267, 268, 276, 277],
      [277, 278, 286, 287],
    ]);
  });

  test('are those of the second to come where nobody worked on the pipeline before, or not for long', async () => {
    let nowMs = 0;
    const collector = new LastFrames({ keepMs: 100 }, () => nowMs);
    collector.keep();
    collector.frame(frame(at(0)), rois(), SHAPE);
    nowMs = 101;
    collector.frame(frame(at(2000)), rois(), SHAPE);
    const taking = collector.take();
    for (const ms of [3000, 3600, 4000]) collector.frame(frame(at(ms)), rois(), SHAPE);
    expect((await taking).timeNs).toEqual([0, 600e6, 1000e6]);
  });

  test('are copied as they come where they are cut to ROIs', async () => {
    const collector = new LastFrames({ spanNs: 1 });
    const collecting = collector.take();
    const strip = pixels.slice(0, 8);
    collector.frame(frame({ ...at(0), pixels: strip, rois: rois() }), [], SHAPE);
    collector.frame(frame({ ...at(1), pixels: strip, rois: rois() }), [], SHAPE);
    strip.fill(0);
    const frames = await collecting;
    expect([...new Uint16Array(frames.pixels[1]!)]).toEqual([256, 257, 258, 259]);
  });

  test.each([
    ['ROIs', { rois: 7 }, 3],
    ['bytes', { bytes: 40 }, 2],
  ])('are as many as the limit of %s allows', async (_, limits, expected) => {
    const collector = new LastFrames(limits);
    const collecting = collector.take();
    const two = rois({ bead: 5, left: 0, top: 0, size: 2 });
    for (let ms = 0; ms < 10; ms++) collector.frame(frame(at(ms)), two, SHAPE);
    expect((await collecting).pixels).toHaveLength(expected);
  });

  test('begin anew when a bead comes, and need one', async () => {
    const collector = new LastFrames({ spanNs: 5e6 });
    const collecting = collector.take();
    const two = rois({ bead: 5, left: 0, top: 0, size: 2 });
    collector.frame(frame(at(0)), [], SHAPE);
    collector.frame(frame(at(1)), rois(), SHAPE);
    for (let ms = 2; ms < 10; ms++) collector.frame(frame(at(ms)), two, SHAPE);
    const frames = await collecting;
    expect(frames.timeNs).toEqual([0, 1e6, 2e6, 3e6, 4e6, 5e6]);
    expect(frames.rois.every(({ length }) => length === 2)).toBe(true);
  });

  test('are those so far when the camera is slow, and refused when there are not two', async () => {
    const collector = new LastFrames({ waitMs: 1 });
    const collecting = collector.take();
    collector.frame(frame(at(0)), rois(), SHAPE);
    collector.frame(frame(at(1)), rois(), SHAPE);
    expect((await collecting).pixels).toHaveLength(2);
    await expect(collector.take()).rejects.toThrow(RoiError);
  });
});
