import { describe, expect, test } from 'vitest';
import type { TraceHistory } from '#protocol/live.ts';
import { makeTrace, type PositionColumn } from '#protocol/trace-columns.ts';
import { pastTrace, relativePast, shownTrace } from '../../../dashboard/store/trace-history.ts';

/** Buckets whose x goes from 10 to 20 and ends at 15, y and z after it. */
function history(timeS: number[], bucketS: number, untilS: number): TraceHistory {
  const columns = (xPx: number, yPx: number, zNm: number): Record<PositionColumn, Float64Array> => ({
    xPx: Float64Array.from(timeS, () => xPx),
    yPx: Float64Array.from(timeS, () => yPx),
    zNm: Float64Array.from(timeS, () => zNm),
  });
  return {
    ...{ bead: 3, bucketS, untilS, timeS: Float64Array.from(timeS) },
    ...{ min: columns(10, 1, -300), max: columns(20, 2, 300), last: columns(15, 1.5, Number.NaN) },
  };
}

const pointsAt = (...timesS: number[]) => makeTrace(false, () => Float64Array.from(timesS));

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.round((to - from) / step) }, (_, at) => from + at * step);

describe('the past', () => {
  test('goes through the smallest, the largest and the last value of every bucket, in time', () => {
    const past = pastTrace(history([0, 3], 3, 9), 0.5);
    const { points } = past;
    expect([...points.timeS]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...points.xPx]).toEqual([10, 20, 15, 10, 20, 15]);
    expect([...points.yPx]).toEqual([1, 2, 1.5, 1, 2, 1.5]);
    expect([...points.zNm]).toEqual([-300, 300, Number.NaN, -300, 300, Number.NaN]);
  });

  test('is torn where buckets are missing for longer than a pause, and nowhere else', () => {
    const { points: past } = pastTrace(history([0, 0.05, 0.2, 5, 5.05], 0.05, 5.1), 0.5);
    const breaks = [...past.timeS].filter((_, at) => Number.isNaN(past.xPx[at]!));
    expect(breaks).toEqual([5]);
    expect([...past.timeS]).toEqual([...past.timeS].sort((a, b) => a - b));
  });

  test('ends where the points that follow begin, though its last bucket is not full', () => {
    const { points: past } = pastTrace(history([0, 10], 10, 10.5), 0.5);
    expect([...past.timeS].slice(3)).toEqual([10, 10.5, 10.5]);
  });
});

describe('what is shown', () => {
  const gapS = 0.5;

  test('of a short time is the past, then every point since the bead was watched', () => {
    const { points } = pastTrace(history(range(0, 100, 0.05), 0.05, 100), gapS);
    const span = { fromS: 70.02, toS: 100.02, gapS, inBuckets: false };
    const { past, recent, atFullRate, isTorn } = shownTrace(pointsAt(100.01, 100.02), points, span);
    expect(past.timeS[0]).toBeCloseTo(70.02, 1);
    expect(past.timeS.at(-1)).toBeLessThanOrEqual(100.01);
    expect([...recent.timeS]).toEqual([100.01, 100.02]);
    expect(atFullRate).toEqual(recent);
    expect(isTorn).toBe(false);
  });

  test('of a short time is not drawn twice where the past covers points, too', () => {
    const { points } = pastTrace(history(range(0, 100, 1), 1, 100), gapS);
    const span = { fromS: 75, toS: 105, gapS, inBuckets: false };
    const { past, recent } = shownTrace(pointsAt(...range(95, 105, 0.5)), points, span);
    expect(past.timeS.at(-1)).toBeLessThanOrEqual(95);
    expect(recent.timeS[0]).toBe(95);
  });

  test('of a long time is the past as far as it goes, then the points; numbers come from all points', () => {
    const { points } = pastTrace(history(range(0, 3600, 1), 1, 3600), gapS);
    const span = { fromS: 9.5, toS: 3609.5, gapS, inBuckets: true };
    const shown = shownTrace(pointsAt(...range(3500, 3610, 0.5)), points, span);
    expect(shown.past.timeS[0]).toBeCloseTo(9.67, 1);
    expect(shown.past.timeS.at(-1)).toBeCloseTo(3599.67, 1);
    expect(shown.recent.timeS[0]).toBe(3600);
    expect(shown.atFullRate.timeS[0]).toBe(3500);
  });

  test('is the past alone before the first point comes, and the points alone without a past', () => {
    const span = { fromS: 0, toS: 30, gapS, inBuckets: false };
    const { points } = pastTrace(history([0, 1], 1, 2), gapS);
    expect(shownTrace(pointsAt(), points, span).past.timeS).toHaveLength(6);
    const { past, recent } = shownTrace(pointsAt(4, 5), null, span);
    expect(past.timeS).toHaveLength(0);
    expect([...recent.timeS]).toEqual([4, 5]);
  });

  test('is torn where the points begin long after the past ends', () => {
    const span = { fromS: 0, toS: 30, gapS, inBuckets: false };
    const { points } = pastTrace(history([0, 1], 1, 2), gapS);
    expect(shownTrace(pointsAt(9, 9.1), points, span).isTorn).toBe(true);
    expect(shownTrace(pointsAt(2.1, 2.2), points, span).isTorn).toBe(false);
  });
});

describe('the past relative to references', () => {
  const gapS = 0.5;

  /** A bead whose last x are these, in buckets of 1 s from `firstS` on. */
  function pastOf(firstS: number, lastXPx: number[]) {
    const timeS = lastXPx.map((_, at) => firstS + at);
    const buckets = history(timeS, 1, timeS.at(-1)! + 1);
    return pastTrace({ ...buckets, last: { ...buckets.last, xPx: Float64Array.from(lastXPx) } }, gapS);
  }

  test('is the last value of each bucket less the mean of theirs, one point a bucket', () => {
    const { timeS, xPx } = relativePast(
      pastOf(0, [10, 12, 15]),
      [pastOf(0, [1, 2, 3]), pastOf(0, [3, 4, 5])],
      gapS,
    );
    expect([...xPx]).toEqual([8, 9, 11]);
    expect(timeS).toHaveLength(3);
  });

  test('without references is the last value of each bucket', () => {
    const { timeS, xPx } = relativePast(pastOf(0, [10, 12, 15]), [], gapS);
    expect([...xPx]).toEqual([10, 12, 15]);
    expect(timeS).toHaveLength(3);
  });

  test('leaves out buckets that a reference lacks, and is NaN where it was lost', () => {
    const { xPx } = relativePast(pastOf(0, [10, 12, 15]), [pastOf(1, [2, Number.NaN])], gapS);
    expect([...xPx]).toEqual([10, Number.NaN]);
  });
});
