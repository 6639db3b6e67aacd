import { describe, expect, test } from 'vitest';
import type { TraceHistory } from '#protocol/live.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { TRACE_BYTES_PER_BEAD, TRACE_LEVELS, TraceRings } from '#sinks/trace-rings.ts';

const roisOf = (...beads: number[]): Roi[] =>
  beads.map((bead) => ({ bead, left: 1000 + 40 * bead, top: 30, size: 32 }));

/** Adds a frame in which bead b is at (1000 + 40 b + x, 30 + y) and z. */
function add(rings: TraceRings, timeS: number, rois: readonly Roi[], x: number, y = 0, zNm = 0): void {
  const table = createTrackTable(1, rois.length);
  rois.forEach(({ left, top }, row) => {
    table.xPx[row] = left + x;
    table.yPx[row] = top + y;
    table.zNm[row] = zNm;
  });
  rings.add(timeS, rois, table, 0);
}

/** 32-bit values from the corner of an ROI: 1e-5 px at 100 px. */
const digits = 5;

function columns({ timeS, min, max, last }: TraceHistory): number[][] {
  return [...timeS].map((time, at) =>
    [time, min.xPx[at]!, max.xPx[at]!, last.xPx[at]!].map((value) => Math.round(value * 1e4) / 1e4),
  );
}

describe('the history of a bead', () => {
  test('holds smallest, largest and last x, y, z of each 50 ms', () => {
    const rings = new TraceRings();
    const rois = roisOf(0);
    for (const [frame, x] of [3, 1, 7, 2].entries()) add(rings, frame / 100, rois, x, -x, 100 * x);
    add(rings, 0.061, rois, 5, -5, 500);
    const history = rings.history(0, 60)!;
    expect(history).toMatchObject({ bead: 0, bucketS: 0.05, untilS: 0.061 });
    expect(columns(history)).toEqual([
      [0, 1001, 1007, 1002],
      [0.05, 1005, 1005, 1005],
    ]);
    expect([history.min.yPx[0], history.max.yPx[0], history.last.yPx[0]]).toEqual([23, 29, 28]);
    expect([history.min.zNm[0], history.max.zNm[0], history.last.zNm[0]]).toEqual([100, 700, 200]);
  });

  test.each([
    [120, 0.05],
    [600, 1],
    [3600, 1],
    [3601, 10],
    [86_400, 10],
    [1e6, 10],
  ])('of %i s comes in buckets of %d s', (seconds, bucketS) => {
    const rings = new TraceRings();
    add(rings, 0, roisOf(0), 1);
    expect(rings.history(0, seconds)!.bucketS).toBe(bucketS);
  });

  test('is the same to the last frame at every resolution', () => {
    const rings = new TraceRings();
    const rois = roisOf(0);
    // 25 s at 40 Hz; the largest of each second is at its 17th frame, the smallest at its 3rd.
    for (let frame = 0; frame < 1000; frame++) {
      const phase = frame % 40;
      const second = Math.floor(frame / 40);
      add(rings, frame / 40, rois, phase === 17 ? 50 + second : phase === 3 ? -50 - second : phase / 10);
    }
    const seconds = rings.history(0, 600)!;
    expect(seconds.timeS).toHaveLength(25);
    for (let second = 0; second < 25; second++) {
      expect(seconds.max.xPx[second]).toBeCloseTo(1050 + second, digits);
      expect(seconds.min.xPx[second]).toBeCloseTo(950 - second, digits);
      expect(seconds.last.xPx[second]).toBeCloseTo(1003.9, digits);
    }
    const tens = rings.history(0, 86_400)!;
    expect([...tens.timeS]).toEqual([0, 10, 20]);
    expect([...tens.max.xPx].map(Math.round)).toEqual([1059, 1069, 1074]);
    expect([...tens.min.xPx].map(Math.round)).toEqual([941, 931, 926]);
  });

  test('reaches back as far as was asked for, and no further than the ring', () => {
    const rings = new TraceRings();
    const rois = roisOf(0);
    for (let frame = 0; frame < 5000; frame++) add(rings, frame * 0.05 + 0.01, rois, frame % 100);
    expect(rings.history(0, 1)!.timeS).toHaveLength(21);
    const whole = rings.history(0, 120)!;
    expect(whole.timeS).toHaveLength(2400);
    expect(whole.timeS[0]).toBeCloseTo(2600 * 0.05, 9);
    expect(whole.timeS.at(-1)).toBeCloseTo(4999 * 0.05, 9);
    // Slots are used again: nothing of the first turn may be left in them.
    for (let at = 0; at < 2400; at++) {
      const x = 1000 + ((2600 + at) % 100);
      expect([whole.min.xPx[at], whole.max.xPx[at]]).toEqual([x, x]);
    }
  });

  test('leaves out what has no frame, also when a gap is longer than the ring', () => {
    const rings = new TraceRings();
    const rois = roisOf(0);
    add(rings, 0, rois, 1);
    add(rings, 0.2, rois, 2);
    expect([...rings.history(0, 60)!.timeS]).toEqual([0, 0.2]);
    // 2 hours: more than 50 ms and 1 s buckets hold.
    add(rings, 7200.2, rois, 3);
    expect(columns(rings.history(0, 120)!)).toEqual([[7200.2, 1003, 1003, 1003]]);
    expect(columns(rings.history(0, 3600)!)).toEqual([[7200, 1003, 1003, 1003]]);
    expect(columns(rings.history(0, 86_400)!)).toEqual([
      [0, 1001, 1002, 1002],
      [7200, 1003, 1003, 1003],
    ]);
  });

  test('is NaN where the bead was lost throughout, and takes no part in an extreme where it was lost at times', () => {
    const rings = new TraceRings();
    const rois = roisOf(0);
    add(rings, 0, rois, 4);
    add(rings, 0.01, rois, Number.NaN);
    add(rings, 0.06, rois, Number.NaN);
    expect(columns(rings.history(0, 60)!)).toEqual([
      [0, 1004, 1004, Number.NaN],
      [0.05, Number.NaN, Number.NaN, Number.NaN],
    ]);
  });
});

describe('beads that come and go', () => {
  test('a new bead has no past, the others keep theirs', () => {
    const rings = new TraceRings();
    const before = roisOf(0, 2);
    for (let frame = 0; frame < 100; frame++) add(rings, frame / 20, before, frame);
    const after = roisOf(0, 1, 2);
    add(rings, 5, after, 7);
    expect(rings.history(1, 120)!.timeS).toHaveLength(1);
    expect(columns(rings.history(1, 3600)!)).toEqual([[5, 1047, 1047, 1047]]);
    expect(rings.history(2, 120)!.timeS).toHaveLength(101);
    expect(rings.history(2, 120)!.max.xPx.at(-2)).toBe(1080 + 99);
    expect(rings.history(3, 120)).toBeNull();
  });

  test('a bead that is gone is forgotten; one of its number begins anew', () => {
    const rings = new TraceRings();
    for (let frame = 0; frame < 40; frame++) add(rings, frame / 20, roisOf(0, 1), frame);
    add(rings, 2, roisOf(0), 1);
    expect(rings.beads).toBe(1);
    expect(rings.history(1, 120)).toBeNull();
    add(rings, 2.2, roisOf(0, 1), 9);
    expect(columns(rings.history(1, 86_400)!)).toEqual([[0, 1049, 1049, 1049]]);
  });

  test('an ROI that follows its bead keeps the history', () => {
    const rings = new TraceRings();
    add(rings, 0, [{ bead: 0, left: 10, top: 30, size: 32 }], 6);
    add(rings, 0.1, [{ bead: 0, left: 60, top: 30, size: 32 }], 6);
    expect([...rings.history(0, 60)!.last.xPx]).toEqual([16, 66]);
  });
});

test('a bead takes half a megabyte, however many frames there were', () => {
  expect(TRACE_BYTES_PER_BEAD).toBe(36 * (2400 + 3600 + 8640));
  expect(TRACE_LEVELS.map(({ buckets, bucketS }) => Math.round(buckets * bucketS))).toEqual([
    120, 3600, 86_400,
  ]);
  const rings = new TraceRings();
  const rois = roisOf(0, 1, 2);
  add(rings, 0, rois, 1);
  const before = process.memoryUsage().arrayBuffers;
  const table = createTrackTable(1, 3);
  for (let frame = 1; frame < 100_000; frame++) rings.add(frame * 0.05, rois, table, 0);
  // One more bead would take 527 kB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(TRACE_BYTES_PER_BEAD / 2);
});
