import { describe, expect, test } from 'vitest';
import { decimateTrace, joinTraces } from '../../dashboard/decimate-trace.ts';

const AS_IS = { origin: 0, scale: 1 };
const evenly = (points: number, stepS: number) =>
  Float64Array.from({ length: points }, (_, at) => at * stepS);

describe('a decimated trace', () => {
  test('keeps the smallest and the largest value of every bucket at their own times', () => {
    const timeS = Float64Array.of(0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75);
    const values = Float64Array.of(3, 9, -4, 3, 5, 6, 7, 8);
    expect(decimateTrace(timeS, values, 1, AS_IS)).toEqual({
      timeS: [0.25, 0.5, 1, 1.75],
      values: [9, -4, 5, 8],
    });
  });

  test('keeps a spike of one point among 100 000', () => {
    const values = new Float64Array(100_000);
    values[61_803] = 5;
    const drawn = decimateTrace(evenly(values.length, 0.001), values, 0.1, AS_IS);
    expect(drawn.values).toHaveLength(1001);
    expect(drawn.timeS[drawn.values.indexOf(5)]).toBeCloseTo(61.803, 9);
  });

  test('draws at most two points a bucket where nothing is missing', () => {
    const values = Float64Array.from({ length: 5000 }, (_, at) => Math.sin(at));
    const drawn = decimateTrace(evenly(5000, 0.002), values, 0.1, AS_IS);
    expect(drawn.timeS.length).toBeLessThanOrEqual(2 * 101);
    expect(drawn.timeS.every((time, at) => at === 0 || time >= drawn.timeS[at - 1]!)).toBe(true);
  });

  test('leaves a trace of fewer points than buckets as it is', () => {
    const values = Float64Array.of(1, 5, 2);
    expect(decimateTrace(evenly(3, 1), values, 0.01, AS_IS).values).toEqual([1, 5, 2]);
  });

  test('does not change old points when new ones arrive', () => {
    const timeS = evenly(1000, 0.01);
    const values = Float64Array.from(timeS, (time) => Math.cos(9 * time));
    const before = decimateTrace(timeS.subarray(0, 700), values.subarray(0, 700), 0.07, AS_IS);
    const after = decimateTrace(timeS, values, 0.07, AS_IS);
    expect(after.values.slice(0, before.values.length)).toEqual(before.values);
  });

  test('breaks the line at a lost point, be it inside a bucket or a whole bucket', () => {
    const timeS = Float64Array.of(0, 0.4, 0.8, 1.2, 2.2, 3.2, 3.4);
    const values = Float64Array.of(1, Number.NaN, 2, 3, Number.NaN, Number.NaN, 4);
    const drawn = decimateTrace(timeS, values, 1, AS_IS);
    expect(drawn.values).toEqual([1, 2, null, 3, null, null, 4]);
    expect(drawn.timeS).toEqual([0, 0.8, 0.8, 1.2, 2.2, 3, 3.4]);
  });

  test('is in nm about its origin when asked', () => {
    const drawn = decimateTrace(evenly(2, 1), Float64Array.of(160.5, 159), 1, { origin: 160, scale: 100 });
    expect(drawn.values).toEqual([50, -100]);
  });
});

test('traces are joined in order, with a break where no line leads from one to the other', () => {
  const before = { timeS: [1, 2], values: [10, 20] };
  const after = { timeS: [9], values: [90] };
  expect(joinTraces(before, after, false)).toEqual({ timeS: [1, 2, 9], values: [10, 20, 90] });
  expect(joinTraces(before, after, true)).toEqual({ timeS: [1, 2, 9, 9], values: [10, 20, null, 90] });
  expect(joinTraces({ timeS: [], values: [] }, after, true)).toEqual(after);
});
