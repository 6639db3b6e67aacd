import { CalciumError, requireInteger, requireNumber } from './calcium-error.ts';

/** All places where the two meet, as many as the longer is long, or only where the shorter lies within. */
export type ConvolveMode = 'full' | 'same' | 'valid';

/**
 * Convolution of two lines with zeros beyond their ends; which of them is the kernel makes no difference.
 *
 * @param line [sample]
 * @param kernel [sample]
 * @returns [sample]: n + k - 1 samples in full, the max(n, k) in their middle, or the |n - k| + 1 without zeros
 * @throws {CalciumError} if one is empty or the mode is not known
 */
export function convolve(line: Float64Array, kernel: Float64Array, mode: ConvolveMode): Float64Array {
  requireNumber('convolve line', line.length, 'at least one sample', line.length > 0);
  requireNumber('convolve kernel', kernel.length, 'at least one sample', kernel.length > 0);
  const [long, short] = line.length >= kernel.length ? [line, kernel] : [kernel, line];
  const full = new Float64Array(long.length + short.length - 1);
  for (let at = 0; at < full.length; at++) {
    const last = Math.min(at, short.length - 1);
    let sum = 0;
    for (let tap = Math.max(0, at - long.length + 1); tap <= last; tap++)
      sum += short[tap]! * long[at - tap]!;
    full[at] = sum;
  }
  switch (mode) {
    case 'full':
      return full;
    case 'same': {
      const first = (short.length - 1) >> 1;
      return full.slice(first, first + long.length);
    }
    case 'valid':
      return full.slice(short.length - 1, long.length);
    default:
      throw new CalciumError({
        where: 'convolve mode',
        expected: 'full, same or valid',
        received: String(mode satisfies never),
      });
  }
}

/**
 * Mean over a window that moves along a trace; an even window reaches one frame farther back than ahead.
 *
 * @param trace [frame]
 * @param window frames, at most all of them
 * @param mode as `convolve`, whose zeros make the mean low where the window reaches beyond an end; 'normalized' is
 *   'same' with only the frames there are
 * @returns [frame]
 * @throws {CalciumError} if the window is not from 1 frame to all of them
 */
export function rollingMean(
  trace: Float64Array,
  window: number,
  mode: ConvolveMode | 'normalized' = 'normalized',
): Float64Array {
  requireInteger('rollingMean window', window, 1);
  requireNumber('rollingMean window', window, `at most ${trace.length} frames`, window <= trace.length);
  const box = new Float64Array(window).fill(1 / window);
  if (mode !== 'normalized') return convolve(trace, box, mode);
  const shares = convolve(new Float64Array(trace.length).fill(1), box, 'same');
  return convolve(trace, box, 'same').map((value, frame) => value / shares[frame]!);
}

/** Mean of each frame and all before it, [frame]. */
export function cumulativeMean(trace: Float64Array): Float64Array {
  let sum = 0;
  return trace.map((value, frame) => {
    sum += value;
    return sum / (frame + 1);
  });
}
