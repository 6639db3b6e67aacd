import { ConfigError } from '#protocol/errors.ts';

/**
 * Mean of the weights in every bin (`binmean`).
 *
 * @param x [set, sample] bin of each sample. As in the library, values above `bins` are set to `bins` in place.
 * @param weights [set, sample]
 * @param bins number of bins; samples at or beyond it are left out
 * @param sets number of sets, each binned for itself
 * @returns [set, bin]; NaN for a bin without a sample or with a NaN weight
 * @throws {ConfigError} if x and weights differ in length or do not hold whole sets
 * Differs: integer weights are welcome; samples below bin 0 are left out, where the library counts them from the end.
 */
export function binmean(x: Int32Array, weights: ArrayLike<number>, bins: number, sets = 1): Float64Array {
  if (x.length !== weights.length || !Number.isInteger(x.length / sets)) {
    throw new ConfigError({
      where: 'binmean',
      expected: `as many weights as x, in ${sets} equal sets`,
      received: `${x.length} x, ${weights.length} weights`,
    });
  }
  const samples = x.length / sets;
  const means = new Float64Array(sets * bins);
  const filled = new Uint32Array(sets * bins);
  for (let index = 0; index < x.length; index++) {
    x[index] = Math.min(x[index]!, bins);
    const bin = x[index]!;
    if (bin < 0 || bin >= bins) continue;
    const at = Math.floor(index / samples) * bins + bin;
    means[at]! += weights[index]!;
    filled[at]!++;
  }
  return means.map((sum, at) => sum / filled[at]!);
}
