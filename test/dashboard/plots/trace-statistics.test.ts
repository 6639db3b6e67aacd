import { expect, test } from 'vitest';
import { median, standardDeviation } from '../../../dashboard/plots/trace-statistics.ts';

test('the median ignores lost points and orders by number, not by text', () => {
  expect(median(Float64Array.of(10, Number.NaN, 9, 100))).toBe(10);
  expect(median(Float64Array.of(4, 1, 2, 3))).toBe(2.5);
  expect(median(Float64Array.of(Number.NaN))).toBeNaN();
});

test('the standard deviation ignores lost points and survives a large offset', () => {
  // 1, 2, 3, 4 about any offset: sqrt(5/3).
  const values = Float64Array.of(1e9 + 1, 1e9 + 2, Number.NaN, 1e9 + 3, 1e9 + 4);
  expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(5 / 3), 6);
  expect(standardDeviation(Float64Array.of(5, Number.NaN))).toBeNaN();
});
