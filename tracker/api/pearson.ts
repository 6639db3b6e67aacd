import { ConfigError } from '#protocol/errors.ts';
import { unitDeviations } from '#stages/pearson.ts';

/**
 * Pearson correlation of every set of y with every set of x (`pearson`).
 *
 * Each set loses its own NaN-ignoring mean; then NaN counts as no deviation, which is not pairwise deletion.
 *
 * @param x [xSet, sample]
 * @param y [ySet, sample]
 * @param samples length of every set
 * @returns [ySet, xSet] -1 to 1; NaN for a set without contrast: constant to rounding, or all NaN
 * @throws {ConfigError} if x or y does not hold whole sets
 * Differs: sets are rows here, columns there; an infinite value makes its set NaN.
 */
export function pearson(x: Float64Array, y: Float64Array, samples: number): Float64Array {
  const xUnits = unitSets('x', x, samples);
  const yUnits = unitSets('y', y, samples);
  const xSets = x.length / samples;
  const ySets = y.length / samples;
  const correlations = new Float64Array(xSets * ySets);
  for (let ySet = 0; ySet < ySets; ySet++) {
    for (let xSet = 0; xSet < xSets; xSet++) {
      let sum = 0;
      for (let sample = 0; sample < samples; sample++) {
        sum += xUnits[xSet * samples + sample]! * yUnits[ySet * samples + sample]!;
      }
      correlations[ySet * xSets + xSet] = sum;
    }
  }
  return correlations;
}

function unitSets(name: string, values: Float64Array, samples: number): Float64Array {
  if (!(samples > 0) || values.length % samples !== 0) {
    throw new ConfigError({
      where: `pearson ${name}`,
      expected: `sets of ${samples} samples`,
      received: `${values.length} values`,
    });
  }
  const units = new Float64Array(values.length);
  for (let from = 0; from < values.length; from += samples)
    unitDeviations(values, from, samples, units, from);
  return units;
}
