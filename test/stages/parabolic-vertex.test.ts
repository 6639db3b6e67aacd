import { describe, expect, test } from 'vitest';
import { parabolicVertex } from '#stages/parabolic-vertex.ts';

const parabola = (vertex: number, a: number, length = 20) =>
  Float64Array.from({ length }, (_, index) => 5 + a * (index - vertex) ** 2);

describe('parabolic vertex', () => {
  test.each([3, 5, 7])('of a parabola is exact with %i points, peak or valley', (nLocal) => {
    expect(parabolicVertex(parabola(9.3, -2), 9, nLocal)).toBeCloseTo(9.3, 12);
    expect(parabolicVertex(parabola(9.3, 0.01), 9, nLocal)).toBeCloseTo(9.3, 12);
  });

  test('weighs five points 1, 4, 9, 4, 1', () => {
    // Sums of weight u^0, u^2, u^4: 19, 16, 40. Of weight y, y u, y u^2: 65, 4, 20.
    const a = (19 * 20 - 16 * 65) / (19 * 40 - 16 ** 2);
    const values = Float64Array.of(9, 9, 9, 9, 0, 2, 5, 3, 0, 9, 9, 9, 9);
    expect(parabolicVertex(values, 6, 5)).toBeCloseTo(6 - 4 / 16 / (2 * a), 12);
  });

  test('keeps its digits on a correlation that is 1 to nine places', () => {
    const values = parabola(9.3, -1e-10).map((value) => value - 4);
    expect(parabolicVertex(values, 9, 5)).toBeCloseTo(9.3, 5);
  });

  test.each([
    [5, 2],
    [5, 17],
    [7, 3],
    [7, 16],
    [3, 1],
  ])('with %i points is NaN at index %i, where the window touches an end', (nLocal, peak) => {
    expect(parabolicVertex(parabola(peak, -1), peak, nLocal)).toBeNaN();
    const inward = peak < 10 ? peak + 1 : peak - 1;
    expect(parabolicVertex(parabola(inward, -1), inward, nLocal)).toBeCloseTo(inward, 12);
  });

  test('is NaN for too few values, straight values, equal values and NaN', () => {
    expect(parabolicVertex(parabola(2, -1, 5), 2, 5)).toBeNaN();
    expect(
      parabolicVertex(
        Float64Array.from({ length: 20 }, (_, index) => 0.1 * index),
        9,
        5,
      ),
    ).toBeNaN();
    expect(parabolicVertex(new Float64Array(20).fill(0.3), 9, 5)).toBeNaN();
    expect(parabolicVertex(new Float64Array(20), 9, 5)).toBeNaN();
    expect(parabolicVertex(parabola(9.3, -1), Number.NaN, 5)).toBeNaN();
    expect(parabolicVertex(parabola(9.3, -1).fill(Number.NaN, 11, 12), 9, 5)).toBeNaN();
  });
});
