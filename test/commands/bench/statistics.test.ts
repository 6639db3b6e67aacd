import { expect, test } from 'vitest';
import { digits, median, quantile, slope } from '#tracker/commands/bench/statistics.ts';

test('the median is the middle, or half-way between the two', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a quantile lies between the two values it falls between', () => {
  const values = [30, 10, 20, 40, 50];
  expect(quantile(values, 0)).toBe(10);
  expect(quantile(values, 0.99)).toBeCloseTo(49.6, 12);
  expect(values[0]).toBe(30);
});

test('the slope is that of the line the points are scattered about evenly', () => {
  const points = [0, 1, 2, 3].map((x) => ({ x, y: 5 - 2 * x + [1, -1, -1, 1][x]! }));
  expect(slope(points)).toBeCloseTo(-2, 12);
  expect(slope([{ x: 1, y: 1 }])).toBeNaN();
});

test('figures have four digits', () => {
  expect([123456, 0.000123456, 5].map(digits)).toEqual([123500, 0.0001235, 5]);
});
