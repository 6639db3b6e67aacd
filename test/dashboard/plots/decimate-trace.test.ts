import { describe, expect, test } from 'vitest';
import {
  Band,
  decimateBand,
  decimateTrace as decimateInto,
  Polyline,
  TimeBuckets,
} from '../../../dashboard/plots/decimate-trace.ts';

/** What is drawn of a column, as plain lists. */
function decimateTrace(timeS: Float64Array, values: Float64Array, bucketS: number) {
  const buckets = new TimeBuckets();
  buckets.sort(timeS, bucketS);
  const line = new Polyline();
  decimateInto(buckets, values, 0, buckets.count, line);
  return {
    timeS: [...line.timeS.subarray(0, line.length)],
    values: [...line.values.subarray(0, line.length)],
  };
}

const evenly = (points: number, stepS: number) =>
  Float64Array.from({ length: points }, (_, at) => at * stepS);

describe('a decimated trace', () => {
  test('keeps the smallest and the largest value of every bucket at their own times', () => {
    const timeS = Float64Array.of(0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75);
    const values = Float64Array.of(3, 9, -4, 3, 5, 6, 7, 8);
    expect(decimateTrace(timeS, values, 1)).toEqual({
      timeS: [0.25, 0.5, 1, 1.75],
      values: [9, -4, 5, 8],
    });
  });

  test('keeps a spike of one point among 100 000', () => {
    const values = new Float64Array(100_000);
    values[61_803] = 5;
    const drawn = decimateTrace(evenly(values.length, 0.001), values, 0.1);
    expect(drawn.values).toHaveLength(1001);
    expect(drawn.timeS[drawn.values.indexOf(5)]).toBeCloseTo(61.803, 9);
  });

  test('draws at most two points a bucket where nothing is missing', () => {
    const values = Float64Array.from({ length: 5000 }, (_, at) => Math.sin(at));
    const drawn = decimateTrace(evenly(5000, 0.002), values, 0.1);
    expect(drawn.timeS.length).toBeLessThanOrEqual(2 * 101);
    expect(drawn.timeS.every((time, at) => at === 0 || time >= drawn.timeS[at - 1]!)).toBe(true);
  });

  test('leaves a trace of fewer points than buckets as it is', () => {
    const values = Float64Array.of(1, 5, 2);
    expect(decimateTrace(evenly(3, 1), values, 0.01).values).toEqual([1, 5, 2]);
  });

  test('does not change old points when new ones arrive', () => {
    const timeS = evenly(1000, 0.01);
    const values = Float64Array.from(timeS, (time) => Math.cos(9 * time));
    const before = decimateTrace(timeS.subarray(0, 700), values.subarray(0, 700), 0.07);
    const after = decimateTrace(timeS, values, 0.07);
    expect(after.values.slice(0, before.values.length)).toEqual(before.values);
  });

  test('breaks the line at a lost point, be it inside a bucket or a whole bucket', () => {
    const timeS = Float64Array.of(0, 0.4, 0.8, 1.2, 2.2, 3.2, 3.4);
    const values = Float64Array.of(1, Number.NaN, 2, 3, Number.NaN, Number.NaN, 4);
    const drawn = decimateTrace(timeS, values, 1);
    expect(drawn.values).toEqual([1, 2, Number.NaN, 3, Number.NaN, Number.NaN, 4]);
    expect(drawn.timeS).toEqual([0, 0.8, 0.8, 1.2, 2.2, 3, 3.4]);
  });
});

test('points are sorted into the same buckets as by dividing their times, with pauses and many in one', () => {
  const timeS = Float64Array.of(0.31, 0.32, 0.33, 0.71, 0.72, 2.05, 2.051, 2.052, 2.053, 9.9);
  const buckets = new TimeBuckets();
  buckets.sort(timeS, 0.25);
  for (let bucket = 0; bucket < buckets.count; bucket++) {
    const within = [...timeS.subarray(buckets.starts[bucket], buckets.starts[bucket + 1])];
    expect(within).toEqual([...timeS].filter((time) => Math.floor(time / 0.25) === buckets.first + bucket));
  }
  expect(buckets.starts[buckets.count]).toBe(timeS.length);
});

test('lines go on in the buffers they have, and grow beyond them', () => {
  const line = new Polyline();
  for (let point = 0; point < 5000; point++) line.push(point, -point);
  expect([line.length, line.timeS[4999], line.values[4999]]).toEqual([5000, 4999, -4999]);
  line.length = 0;
  line.push(1, 2);
  expect([line.length, line.timeS[0], line.values[0]]).toEqual([1, 1, 2]);
});

describe('an error band', () => {
  function bandOf(timeS: number[], values: number[], sigmas: number[]): number[][] {
    const buckets = new TimeBuckets();
    buckets.sort(Float64Array.from(timeS), 1);
    const band = new Band();
    decimateBand(buckets, Float64Array.from(values), Float64Array.from(sigmas), 0, buckets.count, band);
    return Array.from({ length: band.length }, (_, at) => [band.timeS[at]!, band.low[at]!, band.high[at]!]);
  }

  test('covers what value and sigma of its bucket reach', () => {
    expect(bandOf([0, 0.5, 1.5], [1, 3, 2], [0.5, 0.25, 0.5])).toEqual([
      [0.25, 0.5, 3.25],
      [1.5, 1.5, 2.5],
    ]);
  });

  test('is broken where no point of a bucket has a sigma, and takes no part of those that have none', () => {
    const band = bandOf([0, 1, 1.5, 2], [1, 1, 5, 1], [0.5, 0.5, Number.NaN, Number.NaN]);
    expect(band).toEqual([
      [0, 0.5, 1.5],
      [1.25, 0.5, 1.5],
      [2, Number.NaN, Number.NaN],
    ]);
  });
});
