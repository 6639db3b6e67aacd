import { expect, test } from 'vitest';
import { qi, threePointOffset } from '#stages/qi.ts';
import { beadOf } from './synthetic-bead.ts';

/** A paraboloid with its top, or its bottom, at a point: the shape this stage takes every bead for. */
function paraboloid(size: number, xPx: number, yPx: number, height: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, pixel) => {
    return 500 + height * (((pixel % size) - xPx) ** 2 + 2 * (Math.floor(pixel / size) - yPx) ** 2);
  });
}

test.each([-3, 3])('finds the extremum of a paraboloid of height %f exactly, from 1.7 px off', (height) => {
  const bead = beadOf(paraboloid(41, 20.3, 18.6, height), { xPx: 21.9, yPx: 19.2 });
  qi.reference(bead, {});
  // px: a quadratic spline holds a paraboloid; the border fades as 0.17^18
  expect(bead.xPx).toBeCloseTo(20.3, 7);
  expect(bead.yPx).toBeCloseTo(18.6, 7);
});

test('an ROI without contrast, a NaN center and a place far outside give NaN', () => {
  const centers = [
    beadOf(new Float64Array(32 * 32), { xPx: 15, yPx: 15 }),
    beadOf(paraboloid(41, 20, 20, 1)),
    beadOf(paraboloid(41, 20, 20, 1), { xPx: -200, yPx: 300 }),
  ].map((bead) => {
    qi.reference(bead, {});
    return [bead.xPx, bead.yPx];
  });
  expect(centers.flat()).toEqual(new Array(6).fill(Number.NaN));
});

test('three points: the step is not limited, and a straight line has none', () => {
  expect(threePointOffset(1, 4, 1)).toBeCloseTo(0, 12);
  expect(threePointOffset(0, 1, 1)).toBe(0.5);
  expect(threePointOffset(0, 10, 20.01)).toBeCloseTo(-1000.5, 6);
  expect(threePointOffset(1, 2, 3)).toBeNaN();
});
