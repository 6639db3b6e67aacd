import { requireInteger, requireNumber } from './calcium-error.ts';
import { compileSymmetric } from './symmetric-vectors.ts';

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
 * A filter forward and backward, without a phase, as one symmetric kernel over traces continued oddly at their ends.
 *
 * @param kernel [tap], symmetric; one tap leaves a trace as it is
 * @param frames of a trace, at least as many as taps
 * @returns filters a trace [frame]; what it gives holds until the next one
 * @throws {CalciumError} if the traces are shorter than the kernel
 */
export function createZeroPhaseFilter(
  kernel: Float64Array,
  frames: number,
): (trace: ArrayLike<number>) => Float64Array {
  const reach = kernel.length - 1;
  requireNumber(
    'createZeroPhaseFilter frames',
    frames,
    `at least the ${kernel.length} taps of the filter`,
    frames > reach,
  );
  const { extended, filtered, run } = compileSymmetric(autocorrelation(kernel), frames);
  const last = reach + frames - 1;
  return (trace) => {
    extended.set(trace, reach);
    // Turned about the first and the last value.
    for (let step = 1; step <= reach; step++) {
      extended[reach - step] = 2 * extended[reach]! - extended[reach + step]!;
      extended[last + step] = 2 * extended[last]! - extended[last - step]!;
    }
    run();
    return filtered;
  };
}

/** [lag], lags from 0. */
function autocorrelation(kernel: Float64Array): Float64Array {
  const sums = new Float64Array(kernel.length);
  for (let lag = 0; lag < kernel.length; lag++) {
    for (let tap = lag; tap < kernel.length; tap++) sums[lag]! += kernel[tap]! * kernel[tap - lag]!;
  }
  return sums;
}
