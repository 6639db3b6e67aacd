import { requireNumber, requirePositive } from './calcium-error.ts';
import { type NdArray, roomFor, rowOf, traceAxes } from './nd-array.ts';
import { nanStatistics } from './statistics.ts';

/**
 * Firing rate of each frame.
 *
 * @param probabilities [neuron, frame] spikes expected in a frame
 * @param frameRate Hz, default 30
 * @returns [neuron, frame] Hz
 * @throws {CalciumError} if the frame rate is not above 0
 */
export function calculateFiringRates(probabilities: NdArray, frameRate = 30): NdArray<Float64Array> {
  requirePositive('calculateFiringRates frameRate', frameRate);
  const rates = roomFor('calculateFiringRates', probabilities);
  for (let at = 0; at < rates.values.length; at++) rates.values[at] = probabilities.values[at]! * frameRate;
  return rates;
}

/**
 * Mean firing rate of each neuron over the frames that have one.
 *
 * @param firingRates [neuron, frame] Hz; NaN are ignored
 * @returns [neuron] Hz; NaN for a neuron without a rate
 */
export function calculateMeanFiringRates(firingRates: NdArray): Float64Array {
  const { neurons, frames } = traceAxes('calculateMeanFiringRates firingRates', firingRates);
  return Float64Array.from(
    { length: neurons },
    (_, neuron) => nanStatistics(rowOf(firingRates, neuron, frames)).mean,
  );
}

/**
 * Firing rates from 0 to 1: negative ones are 0, the largest is 1.
 *
 * @param firingRates [neuron, frame] Hz
 * @param axis 'neuron' scales every neuron by its own maximum; 'frame' is CalSciPy 0.3.1, which divides each frame
 *   by the maximum of its neurons, so that rates at two times cannot be compared
 * @returns [neuron, frame]; 0 where there is nothing to divide by; NaN are kept
 */
export function normalizeFiringRates(
  firingRates: NdArray,
  axis: 'neuron' | 'frame' = 'neuron',
): NdArray<Float64Array> {
  const { neurons, frames } = traceAxes('normalizeFiringRates firingRates', firingRates);
  const maxima = new Float64Array(axis === 'neuron' ? neurons : frames);
  const groupOf = (at: number) => (axis === 'neuron' ? Math.floor(at / frames) : at % frames);
  for (const [at, rate] of firingRates.values.entries()) {
    if (rate > maxima[groupOf(at)]!) maxima[groupOf(at)] = rate;
  }
  const normalized = roomFor('normalizeFiringRates', firingRates);
  for (const [at, rate] of firingRates.values.entries()) {
    const most = maxima[groupOf(at)]!;
    normalized.values[at] = most > 0 ? Math.max(rate, 0) / most : rate * 0;
  }
  return normalized;
}

/**
 * Decay time of an AR(1) process: -dt / ln(tau).
 *
 * @param tau what is left after one step, at most 1
 * @param dt length of a step, s
 * @returns s; 0 for nothing left, infinite for no decay
 * @throws {CalciumError} if tau is above 1, which would grow, or dt is not above 0
 */
export function convertTau(tau: number, dt: number): number {
  requirePositive('convertTau dt', dt);
  requireNumber(
    'convertTau tau',
    tau,
    'a number of at most 1',
    tau <= 1,
    'a process that grows has no decay time',
  );
  if (tau <= 0) return 0;
  return tau === 1 ? Number.POSITIVE_INFINITY : -dt / Math.log(tau);
}
