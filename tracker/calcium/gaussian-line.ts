import { requireNumber } from './calcium-error.ts';
import { applySymmetric } from './symmetric-kernel.ts';

/** Standard deviations after which a Gaussian is cut off. */
const TRUNCATE = 4;

/** Samples on either side of the middle that a Gaussian reaches. */
function gaussianRadius(sigma: number): number {
  return Math.floor(TRUNCATE * sigma + 0.5);
}

/**
 * One side of a Gaussian of sum 1, cut off after 4 sigma.
 * @param sigma samples, 0 or more
 * @returns [distance], from the middle outward
 * @throws {CalciumError} if sigma is negative or not finite
 */
export function gaussianWeights(sigma: number): Float64Array {
  requireNumber('gaussian sigma', sigma, 'a finite number from 0 on', Number.isFinite(sigma) && sigma >= 0);
  const weights = new Float64Array(gaussianRadius(sigma) + 1);
  let sum = 0;
  for (let distance = 0; distance < weights.length; distance++) {
    weights[distance] = sigma === 0 ? 1 : Math.exp(-0.5 * (distance / sigma) ** 2);
    sum += distance === 0 ? weights[distance]! : 2 * weights[distance]!;
  }
  return weights.map((weight) => weight / sum);
}

/** Index within a line of the sample that a border of mirrors (d c b a | a b c d | d c b a) shows at this place. */
export function reflected(index: number, length: number): number {
  const period = 2 * length;
  const within = ((index % period) + period) % period;
  return within < length ? within : period - 1 - within;
}

/** A line with so many mirrored samples before and after it. */
export function extendReflected(line: Float64Array, before: number, after: number): Float64Array {
  const { length } = line;
  const extended = new Float64Array(before + length + after);
  extended.set(line, before);
  for (let at = 0; at < before; at++) extended[at] = line[reflected(at - before, length)]!;
  for (let at = before + length; at < extended.length; at++) {
    extended[at] = line[reflected(at - before, length)]!;
  }
  return extended;
}

/**
 * Gaussian filter of one line; its ends are mirrored as often as the kernel needs.
 *
 * @param line [sample], not empty
 * @param sigma samples
 * @returns [sample]
 * @throws {CalciumError} if sigma is negative or not finite
 */
export function gaussianFilter1d(line: Float64Array, sigma: number): Float64Array {
  const weights = gaussianWeights(sigma);
  const radius = weights.length - 1;
  const filtered = new Float64Array(line.length);
  applySymmetric(extendReflected(line, radius, radius), weights, filtered, 0, line.length);
  return filtered;
}
