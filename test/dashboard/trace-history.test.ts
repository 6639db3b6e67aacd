import { describe, expect, test } from 'vitest';
import type { TraceHistory } from '#protocol/live.ts';
import { pastTrace, shownTrace } from '../../dashboard/trace-history.ts';
import { TraceRing } from '../../dashboard/trace-ring.ts';

/** Buckets whose x goes from 10 to 20 and ends at 15, y and z after it. */
function history(timeS: number[], bucketS: number, untilS: number): TraceHistory {
  const column = (value: number) => Float64Array.from(timeS, () => value);
  return {
    bead: 3,
    bucketS,
    untilS,
    timeS: Float64Array.from(timeS),
    minXPx: column(10),
    maxXPx: column(20),
    lastXPx: column(15),
    minYPx: column(1),
    maxYPx: column(2),
    lastYPx: column(1.5),
    minZNm: column(-300),
    maxZNm: column(300),
    lastZNm: column(Number.NaN),
  };
}

function pointsAt(...timesS: number[]) {
  const ring = new TraceRing(1000);
  for (const timeS of timesS) ring.push(timeS, timeS, -timeS, 0);
  return ring.all();
}

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.round((to - from) / step) }, (_, at) => from + at * step);

describe('the past', () => {
  test('goes through the smallest, the largest and the last value of every bucket, in time', () => {
    const past = pastTrace(history([0, 3], 3, 9), 0.5);
    expect([...past.timeS]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...past.xPx]).toEqual([10, 20, 15, 10, 20, 15]);
    expect([...past.yPx]).toEqual([1, 2, 1.5, 1, 2, 1.5]);
    expect([...past.zNm]).toEqual([-300, 300, Number.NaN, -300, 300, Number.NaN]);
  });

  test('is torn where buckets are missing for longer than a pause, and nowhere else', () => {
    const past = pastTrace(history([0, 0.05, 0.2, 5, 5.05], 0.05, 5.1), 0.5);
    const breaks = [...past.timeS].filter((_, at) => Number.isNaN(past.xPx[at]!));
    expect(breaks).toEqual([5]);
    expect([...past.timeS]).toEqual([...past.timeS].sort((a, b) => a - b));
  });

  test('ends where the points that follow begin, though its last bucket is not full', () => {
    const past = pastTrace(history([0, 10], 10, 10.5), 0.5);
    expect([...past.timeS].slice(3)).toEqual([10, 10.5, 10.5]);
  });
});

describe('what is shown', () => {
  test('of a short time is the past, then every point since the bead was selected', () => {
    const past = pastTrace(history(range(0, 100, 0.05), 0.05, 100), 0.5);
    const { past: before, recent, atFullRate, fromS } = shownTrace(pointsAt(100.01, 100.02), past, 30);
    expect(fromS).toBeCloseTo(70.02, 9);
    expect(before.timeS[0]).toBeCloseTo(70.02, 1);
    expect(before.timeS.at(-1)).toBeLessThanOrEqual(100.01);
    expect([...recent.timeS]).toEqual([100.01, 100.02]);
    expect(atFullRate).toEqual(recent);
  });

  test('of a short time is not drawn twice where the past covers points, too', () => {
    const past = pastTrace(history(range(0, 100, 1), 1, 100), 0.5);
    const { past: before, recent } = shownTrace(pointsAt(...range(95, 105, 0.5)), past, 30);
    expect(before.timeS.at(-1)).toBeLessThanOrEqual(95);
    expect(recent.timeS[0]).toBe(95);
  });

  test('of a long time is the past as far as it goes, then the points; numbers come from all points', () => {
    const past = pastTrace(history(range(0, 3600, 1), 1, 3600), 0.5);
    const shown = shownTrace(pointsAt(...range(3500, 3610, 0.5)), past, 3600);
    expect(shown.fromS).toBe(9.5);
    expect(shown.past.timeS[0]).toBeCloseTo(9.67, 1);
    expect(shown.past.timeS.at(-1)).toBeCloseTo(3599.67, 1);
    expect(shown.recent.timeS[0]).toBe(3600.5);
    expect(shown.atFullRate.timeS[0]).toBe(3500);
  });

  test('is the past alone before the first point comes, and the points alone without a past', () => {
    const past = pastTrace(history([0, 1], 1, 2), 0.5);
    expect(shownTrace(pointsAt(), past, 30).past.timeS).toHaveLength(6);
    expect(shownTrace(pointsAt(), past, 30).fromS).toBe(0);
    const { past: before, recent, fromS } = shownTrace(pointsAt(4, 5), null, 30);
    expect(before.timeS).toHaveLength(0);
    expect([...recent.timeS]).toEqual([4, 5]);
    expect(fromS).toBe(4);
  });
});
