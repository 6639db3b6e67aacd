import { expect, test } from 'vitest';
import { splineAt, splineCoefficients } from '#stages/quadratic-spline.ts';
import { ringRoi, seededRandom } from './synthetic-bead.ts';

const SIZE = 21;

test('the spline goes through every pixel, the corners included', () => {
  const random = seededRandom(3);
  const pixels = Float64Array.from({ length: SIZE * SIZE }, () => 1000 * random());
  const spline = splineCoefficients(pixels, SIZE).slice();
  pixels.forEach((counts, pixel) => {
    const at = splineAt(spline, SIZE, pixel % SIZE, Math.floor(pixel / SIZE));
    // counts: the repeated border ends after 12 px, of which 0.17^12 = 7e-10 is left
    expect(Math.abs(at - counts)).toBeLessThan(1e-5);
  });
});

test('x is the column: a ramp along x, inside by a few pixels, is interpolated exactly', () => {
  const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => 3 * (pixel % SIZE));
  const spline = splineCoefficients(pixels, SIZE);
  // counts: the knees at the border fade as 0.17^9
  expect(Math.abs(splineAt(spline, SIZE, 10.37, 4.2) - 31.11)).toBeLessThan(1e-5);
});

test('smooth rings are interpolated to 1 count of 180', () => {
  const spline = splineCoefficients(ringRoi(SIZE, 10.3, 9.8), SIZE);
  const truth = ringRoi(SIZE, 10.3 - 0.4, 9.8 + 0.3);
  const at = splineAt(spline, SIZE, 12.4, 12.7);
  expect(Math.abs(at - truth[13 * SIZE + 12]!)).toBeLessThan(1);
});

test('beyond the ROI the border goes on, and a NaN place is NaN', () => {
  const pixels = Float64Array.from({ length: SIZE * SIZE }, (_, pixel) => Math.floor(pixel / SIZE));
  const spline = splineCoefficients(pixels, SIZE);
  expect(splineAt(spline, SIZE, 5, 500)).toBeCloseTo(SIZE - 1, 6);
  expect(splineAt(spline, SIZE, -500, 5)).toBeCloseTo(5, 6);
  expect(splineAt(spline, SIZE, Number.NaN, 5)).toBeNaN();
});
