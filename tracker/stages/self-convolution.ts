import { roundHalfEven } from './round-half-even.ts';
import { scratch } from './scratch.ts';

const buffersOf = scratch((size) => ({
  line: new Float64Array(size),
  x: new Float64Array(size),
  y: new Float64Array(size),
}));

/** Index of the ROI's middle pixel, which is lag 0 of the cropped self-convolution. */
export function middleOf(size: number): number {
  return Math.floor((size - 1) / 2);
}

/** Share of the ROI size that is the standard deviation of the Gaussian window. */
export const WINDOW_SHARE = 1 / 6;

/** Multiple of the rounding error of the mean below which a line has no contrast. */
const NOISE_MARGIN = 16;

/**
 * Convolution of a bead's line profile with itself. A symmetric bead centered at c has its largest value at
 * lag 2c, so that the center is (middle + index of the maximum) / 2; only the middle half of the ROI can be found.
 *
 * The profile is the mean of the 2 `halfLines` + 1 rows around `yPx` (for x) or columns around `xPx` (for y),
 * less its own mean, under a Gaussian window around the center along it.
 *
 * @param pixels [row, column] counts, square
 * @param xPx center so far, ROI px. NaN across the lines takes lines around 0, NaN along them gives NaN
 * @returns [lag] the middle `size` lags of 2 `size` - 1, valid until the next call for this axis and size;
 *   all NaN when a line lies beyond the last row or column. Lines before the first are taken from the far side.
 * Source: Gosse & Croquette 2002, doi:10.1016/S0006-3495(02)75672-5; window, averaging and crop as MagTrack 0.7.3.
 */
export function selfConvolution(
  pixels: Float64Array,
  size: number,
  axis: 'x' | 'y',
  xPx: number,
  yPx: number,
  halfLines: number,
): Float64Array {
  const buffers = buffersOf(size);
  const { line } = buffers;
  const lags = buffers[axis];
  const along = axis === 'x' ? xPx : yPx;
  const across = axis === 'x' ? yPx : xPx;
  if (!averageLines(pixels, size, axis, across, halfLines, line)) return lags.fill(Number.NaN);
  applyWindow(line, along);
  const first = middleOf(size);
  for (let index = 0; index < size; index++) lags[index] = foldedSum(line, first + index);
  return lags;
}

/** Mean of adjacent rows (axis x) or columns (axis y) into `line`; false when one lies beyond the last. */
function averageLines(
  pixels: Float64Array,
  size: number,
  axis: 'x' | 'y',
  across: number,
  halfLines: number,
  line: Float64Array,
): boolean {
  const center = Number.isNaN(across) ? 0 : roundHalfEven(across);
  if (center + halfLines >= size || center - halfLines < -size) return false;
  const pixelStep = axis === 'x' ? 1 : size;
  const lineStep = axis === 'x' ? size : 1;
  line.fill(0);
  for (let offset = -halfLines; offset <= halfLines; offset++) {
    const start = ((center + offset + size) % size) * lineStep;
    for (let index = 0; index < size; index++) line[index]! += pixels[start + index * pixelStep]!;
  }
  for (let index = 0; index < size; index++) line[index]! /= 2 * halfLines + 1;
  return true;
}

/** Subtracts the mean and multiplies by the Gaussian around `center`; a line without contrast becomes 0. */
function applyWindow(line: Float64Array, center: number): void {
  const size = line.length;
  const sigma = size * WINDOW_SHARE;
  let sum = 0;
  for (let index = 0; index < size; index++) sum += line[index]!;
  const mean = sum / size;
  let largest = 0;
  for (let index = 0; index < size; index++) {
    const deviation = line[index]! - mean;
    const distance = (index - center) / sigma;
    line[index] = deviation * Math.exp(-0.5 * distance * distance);
    largest = Math.max(largest, Math.abs(deviation));
  }
  // Rounding of the mean must not pass for a bead.
  const flat = largest <= NOISE_MARGIN * Number.EPSILON * Math.abs(mean);
  if (flat && !Number.isNaN(center)) line.fill(0);
}

/** One lag of the full self-convolution; both halves of the sum are equal, so one is taken twice. */
function foldedSum(line: Float64Array, lag: number): number {
  let half = 0;
  for (let low = Math.max(0, lag - line.length + 1), high = lag - low; low < high; low++, high--) {
    half += line[low]! * line[high]!;
  }
  return lag % 2 === 0 ? 2 * half + line[lag / 2]! ** 2 : 2 * half;
}

/** Index of the first largest value; a NaN counts as the largest. */
export function firstMaximum(values: Float64Array): number {
  let best = 0;
  for (let index = 0; index < values.length; index++) {
    if (Number.isNaN(values[index]!)) return index;
    if (values[index]! > values[best]!) best = index;
  }
  return best;
}
