import { expect, test } from 'vitest';
import { cubicSlopes, cubicWeights } from '#stages/cubic-spline.ts';

/** Sum of coefficients of (k - 1)^power times the B-splines between knots 0 and 1, at t. */
function combine(values: Float64Array, power: number): number {
  return values.reduce((sum, value, k) => sum + value * (k - 1) ** power, 0);
}

test('B-splines add up to 1 and put a straight line where its coefficients are', () => {
  const weights = new Float64Array(4);
  for (const t of [0, 0.3, 0.77, 1]) {
    cubicWeights(t, weights);
    expect(combine(weights, 0)).toBeCloseTo(1, 14);
    expect(combine(weights, 1)).toBeCloseTo(t, 14);
    // Of squares they make t^2 + 1/3: the variance of a B-spline.
    expect(combine(weights, 2)).toBeCloseTo(t * t + 1 / 3, 14);
  }
});

test('slopes are the change of the weights', () => {
  const [before, after, slopes] = [new Float64Array(4), new Float64Array(4), new Float64Array(4)];
  for (const t of [0.01, 0.4, 0.93]) {
    cubicWeights(t - 1e-5, before);
    cubicWeights(t + 1e-5, after);
    cubicSlopes(t, slopes);
    for (let k = 0; k < 4; k++) expect(slopes[k]).toBeCloseTo((after[k]! - before[k]!) / 2e-5, 9);
  }
});
