import { requireInteger, requireNumber } from './calcium-error.ts';
import { applySymmetric } from './symmetric-kernel.ts';

/**
 * Windowed-sinc low-pass: a Hamming window, gain 1 at 0 Hz.
 *
 * @param cutoffHz below half the frame rate
 * @returns [tap], symmetric
 * @throws {CalciumError} if there are no taps or the cutoff is not below half the frame rate
 */
export function hammingLowPass(taps: number, cutoffHz: number, frameRateHz: number): Float64Array {
  requireInteger('hammingLowPass taps', taps, 1);
  requireNumber(
    'frameRate',
    frameRateHz,
    `more than ${2 * cutoffHz} Hz, twice the cutoff of the low-pass`,
    Number.isFinite(frameRateHz) && cutoffHz > 0 && frameRateHz > 2 * cutoffHz,
    'give the frame rate in Hz; slower movies have nothing to filter away',
  );
  const cutoff = (2 * cutoffHz) / frameRateHz;
  const middle = (taps - 1) / 2;
  const kernel = new Float64Array(taps);
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) {
    const angle = Math.PI * cutoff * (tap - middle);
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
    const window = taps === 1 ? 1 : 0.54 - 0.46 * Math.cos((2 * Math.PI * tap) / (taps - 1));
    kernel[tap] = sinc * window;
    sum += kernel[tap]!;
  }
  return kernel.map((value) => value / sum);
}

/**
 * Filters forward and backward, without a phase, as one symmetric kernel over the trace continued oddly at its ends.
 *
 * @param trace [frame], at least as long as the kernel
 * @param kernel [tap], symmetric; one tap leaves the trace as it is
 * @returns [frame]
 * @throws {CalciumError} if the trace is shorter than the kernel
 */
export function filterZeroPhase(trace: Float64Array, kernel: Float64Array): Float64Array {
  const reach = kernel.length - 1;
  requireNumber(
    'filterZeroPhase frames',
    trace.length,
    `at least the ${kernel.length} taps of the filter`,
    trace.length > reach,
  );
  const filtered = new Float64Array(trace.length);
  const twice = autocorrelation(kernel);
  applySymmetric(extendOddly(trace, reach), twice, filtered, 0, trace.length);
  return filtered;
}

/** [lag], lags from 0. */
function autocorrelation(kernel: Float64Array): Float64Array {
  const sums = new Float64Array(kernel.length);
  for (let lag = 0; lag < kernel.length; lag++) {
    for (let tap = lag; tap < kernel.length; tap++) sums[lag]! += kernel[tap]! * kernel[tap - lag]!;
  }
  return sums;
}

/** Turned about its first and last value, `reach` frames on either side. */
function extendOddly(trace: Float64Array, reach: number): Float64Array {
  const { length } = trace;
  const extended = new Float64Array(length + 2 * reach);
  extended.set(trace, reach);
  for (let step = 1; step <= reach; step++) {
    extended[reach - step] = 2 * trace[0]! - trace[step]!;
    extended[reach + length - 1 + step] = 2 * trace[length - 1]! - trace[length - 1 - step]!;
  }
  return extended;
}
