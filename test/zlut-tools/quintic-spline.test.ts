import { expect, test } from 'vitest';
import { quinticWeights } from '#zlut-tools/quintic-spline.ts';

test('quintic B-splines add up to 1, and put a straight line where its coefficients are', () => {
  const weights = new Float64Array(6);
  for (const t of [0, 0.2, 0.61, 1]) {
    quinticWeights(t, weights);
    const moment = (power: number) =>
      weights.reduce((sum, value, k) => sum + value * (k - 2 - t) ** power, 0);
    // Moments of a sum of six uniform numbers: variance 6/12, fourth moment 3/4 - 6/120.
    for (const [power, value] of [1, 0, 0.5, 0, 0.7, 0].entries()) {
      expect(moment(power)).toBeCloseTo(value, 13);
    }
  }
});

test('they go on smoothly from one interval to the next', () => {
  const [before, after] = [new Float64Array(6), new Float64Array(6)];
  quinticWeights(1, before);
  quinticWeights(0, after);
  for (let k = 0; k < 5; k++) expect(before[k + 1]).toBeCloseTo(after[k]!, 15);
});
