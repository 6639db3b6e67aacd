import { expect, test } from 'vitest';
import { VERTEX_WEIGHTS, weightedVertex } from '#stages/weighted-vertex.ts';

const parabola = (at: number, length = 15) =>
  Float64Array.from({ length }, (_, index) => 4 - 0.3 * (index - at) ** 2);

test('finds the top of a parabola exactly, whatever the weights', () => {
  for (const weights of [VERTEX_WEIGHTS, [1, 1, 1], [1, 4, 9, 4, 1]]) {
    expect(weightedVertex(parabola(7.37), 7, weights)).toBeCloseTo(7.37, 12);
  }
});

test('is NaN where the window leaves the values, for a valley, a slope, and a value that is NaN', () => {
  expect(weightedVertex(parabola(2), 2, VERTEX_WEIGHTS)).toBeNaN();
  expect(weightedVertex(parabola(12), 12, VERTEX_WEIGHTS)).toBeNaN();
  expect(
    weightedVertex(
      parabola(7).map((value) => -value),
      7,
      VERTEX_WEIGHTS,
    ),
  ).toBeNaN();
  expect(
    weightedVertex(
      Float64Array.from({ length: 9 }, (_, index) => index),
      4,
      VERTEX_WEIGHTS,
    ),
  ).toBeNaN();
  expect(weightedVertex(parabola(7).fill(Number.NaN, 8, 9), 7, VERTEX_WEIGHTS)).toBeNaN();
  expect(weightedVertex(parabola(14), 7, VERTEX_WEIGHTS)).toBeNaN();
});
