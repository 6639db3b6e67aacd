import { expect, test } from 'vitest';
import { fitLine } from '#zlut-tools/robust-line.ts';

const x = Array.from({ length: 900 }, (_, index) => index);

test('a line is found through points of which a fifth are anywhere', () => {
  const y = x.map((value) => 3 * value - 7 + (value % 5 === 0 ? 5000 - 11 * value : Math.sin(value * value)));
  const { slope, intercept, isKept } = fitLine(x, y, 6, 0);
  // Residuals of at most 1 over 900.
  expect(Math.abs(slope - 3)).toBeLessThan(5e-4);
  expect(Math.abs(intercept + 7)).toBeLessThan(0.3);
  // A few of those anywhere are on the line by chance: 5000 - 11 x crosses 0 at 454.5.
  expect(isKept.filter((kept) => !kept).length).toBeGreaterThan(175);
  expect(isKept.filter((kept, index) => !kept && index % 5 !== 0)).toEqual([]);
});

test('exact points are all kept, as are those within the least distance', () => {
  const y = x.map((value) => 10 - value / 2);
  expect(fitLine(x, y, 6, 1e-9).isKept.every(Boolean)).toBe(true);
  y[100]! += 3;
  expect(fitLine(x, y, 6, 2).isKept.filter((kept) => !kept)).toHaveLength(1);
  expect(fitLine(x, y, 6, 4).isKept.every(Boolean)).toBe(true);
});
