import { expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { histogram } from '../../../dashboard/analysis/histogram.ts';

test('every finite value is in one bin, the largest in the last', () => {
  const values = Float64Array.of(1, 2, 2, 3, 4, 5, 6, 7, 8, 9, Number.NaN);
  const { centers, counts, width } = histogram(values);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);
  expect([centers[0]! - width / 2, centers.at(-1)! + width / 2]).toEqual([1, 9]);
  expect(counts.at(-1)).toBe(2);
});

test('the histogram of normal values is the bell it should be', () => {
  const random = createRandom(8);
  const values = Float64Array.from({ length: 20_000 }, () => 10 + 2 * random.normal());
  const { centers, counts, width } = histogram(values);
  for (const [bin, center] of centers.entries()) {
    const expected =
      (20_000 * width * Math.exp(-(((center - 10) / 2) ** 2) / 2)) / (2 * Math.sqrt(2 * Math.PI));
    // Counts scatter by their root: 4.5 sigma, and some for the bell's curvature within a bin.
    expect(Math.abs(counts[bin]! - expected)).toBeLessThan(4.5 * Math.sqrt(expected) + 0.01 * expected + 2);
  }
});

test('one value is one bin, none are none', () => {
  expect(histogram(Float64Array.of(4, 4, 4))).toEqual({
    centers: Float64Array.of(4),
    counts: Float64Array.of(3),
    width: 1,
  });
  expect(histogram(Float64Array.of(Number.NaN)).counts).toHaveLength(0);
});
