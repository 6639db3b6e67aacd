import { describe, expect, test } from 'vitest';
import { LatencyHistogram, OCTAVE_BOUNDS_US } from '#sinks/latency-histogram.ts';

/** Seeded numbers from 0 to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

function exactQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

describe('quantiles are within 5 % of those of the sorted values', () => {
  const random = randomNumbers(11);
  const shapes: [string, () => number][] = [
    ['even from 0.1 to 3 ms', () => 100 + 2900 * random()],
    ['a tail over four decades', () => 50 * 10 ** (4 * random() ** 3)],
    ['one value', () => 1737],
    ['two values far apart', () => (random() < 0.6 ? 300 : 90_000)],
  ];
  test.each(shapes)('%s', (_, draw) => {
    const values = Array.from({ length: 5000 }, draw);
    const histogram = histogramOf(values);
    for (const share of [0.5, 0.99]) {
      // 4.4 %: the width of a bucket; the rest is for the rank, which falls between two values.
      const ratio = histogram.quantileUs(share) / exactQuantile(values, share);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
    }
    expect(histogram.count).toBe(5000);
    expect(histogram.maxUs).toBe(Math.max(...values));
    expect(histogram.sumUs).toBeCloseTo(
      values.reduce((sum, value) => sum + value, 0),
      3,
    );
  });
});

test('an empty histogram has no quantile and no maximum', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.quantileUs(0.5)).toBeNaN();
  expect(histogram.maxUs).toBeNaN();
});

test('nothing at all and a day are counted, at the ends of the range', () => {
  const histogram = histogramOf([0, 0, 86_400e6]);
  expect(histogram.count).toBe(3);
  expect(histogram.quantileUs(0.5)).toBe(1);
  expect(histogram.quantileUs(0.99)).toBeGreaterThan(OCTAVE_BOUNDS_US.at(-1)!);
});

test('an interval holds what came since it began, and the whole goes on', () => {
  const histogram = histogramOf([1000, 1000, 1000]);
  histogram.startInterval();
  expect(histogram.intervalQuantileUs(0.5)).toBeNaN();
  histogram.add(50_000);
  expect(histogram.intervalQuantileUs(0.5) / 50_000).toBeCloseTo(1, 1);
  expect(histogram.quantileUs(0.5) / 1000).toBeCloseTo(1, 1);
});

test('octave counts are exact at their bounds', () => {
  const counts = histogramOf([0.5, 1, 1.9, 2, 3.9, 4, 1e12]).octaveCounts();
  expect(counts.slice(0, 4)).toEqual([1, 3, 5, 6]);
  expect(counts.at(-1)).toBe(6);
});
