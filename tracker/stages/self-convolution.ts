import { roundHalfEven } from './round-half-even.ts';
import { scratch } from './scratch.ts';

/** Zeros on both sides of a line, so that lags side by side may reach past its ends alike. */
const MARGIN = 2;

const buffersOf = scratch((size) => ({ x: axisBuffers(size), y: axisBuffers(size), bell: bellOf(size) }));

function axisBuffers(size: number) {
  // Lags are found from an even one on, four at a time.
  const lags = new Float64Array(size + 4);
  const odd = middleOf(size) % 2;
  return {
    /** [pixel] mean of the lines, less its own mean. */
    line: new Float64Array(size),
    windowed: new Float64Array(size + 2 * MARGIN),
    lags,
    middleLags: lags.subarray(odd, odd + size),
  };
}

/** [distance] Gaussian of whole pixels. */
function bellOf(size: number): Float64Array {
  const sigma = size * WINDOW_SHARE;
  return Float64Array.from({ length: size }, (_, distance) => Math.exp(-0.5 * (distance / sigma) ** 2));
}

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
  takeLine(pixels, size, axis, lineAt(axis === 'x' ? yPx : xPx), halfLines);
  return convolveLine(size, axis, axis === 'x' ? xPx : yPx);
}

/** The line that a center lies on: the nearest, the even one of two, 0 where the center is NaN. */
export function lineAt(px: number): number {
  return Number.isNaN(px) ? 0 : roundHalfEven(px);
}

/**
 * First half of `selfConvolution`, for those that convolve the same lines under several windows: keeps the mean of
 * the lines around `center`, less its own mean, for the next calls of `convolveLine` of this size and axis.
 */
export function takeLine(
  pixels: Float64Array,
  size: number,
  axis: 'x' | 'y',
  center: number,
  halfLines: number,
): void {
  const { line } = buffersOf(size)[axis];
  if (center + halfLines >= size || center - halfLines < -size) line.fill(Number.NaN);
  else averageLines(pixels, size, axis, center, halfLines, line);
  subtractMean(line);
}

/** Second half of `selfConvolution`: the lags of the line that was taken last, windowed around `center`. */
export function convolveLine(size: number, axis: 'x' | 'y', center: number): Float64Array {
  const buffers = buffersOf(size);
  const { line, windowed, lags, middleLags } = buffers[axis];
  applyWindow(line, center, buffers.bell, windowed);
  convolve(windowed, size, lags);
  return middleLags;
}

/** Mean of adjacent rows (axis x) or columns (axis y) into `line`; those before the first are of the far side. */
function averageLines(
  pixels: Float64Array,
  size: number,
  axis: 'x' | 'y',
  center: number,
  halfLines: number,
  line: Float64Array,
): void {
  const pixelStep = axis === 'x' ? 1 : size;
  const lineStep = axis === 'x' ? size : 1;
  line.fill(0);
  for (let offset = -halfLines; offset <= halfLines; offset++) {
    const start = ((center + offset + size) % size) * lineStep;
    for (let index = 0; index < size; index++) line[index]! += pixels[start + index * pixelStep]!;
  }
  for (let index = 0; index < size; index++) line[index]! /= 2 * halfLines + 1;
}

/** A line without contrast becomes 0. */
function subtractMean(line: Float64Array): void {
  const size = line.length;
  let sum = 0;
  for (let index = 0; index < size; index++) sum += line[index]!;
  const mean = sum / size;
  let largest = 0;
  for (let index = 0; index < size; index++) {
    line[index]! -= mean;
    largest = Math.max(largest, Math.abs(line[index]!));
  }
  // Rounding of the mean must not pass for a bead.
  if (largest <= NOISE_MARGIN * Number.EPSILON * Math.abs(mean)) line.fill(0);
}

/**
 * Multiplies by the Gaussian around `center`, into `windowed`. For a center f px from pixel c the Gaussian at c + d is
 * bell[d] e^(d f / s^2) e^(-f^2 / 2 s^2): a table and a geometric series, where an exponential a pixel would take
 * longer than the convolution.
 */
function applyWindow(line: Float64Array, center: number, bell: Float64Array, windowed: Float64Array): void {
  const size = line.length;
  const sigma = size * WINDOW_SHARE;
  const nearest = Math.min(Math.max(roundHalfEven(center), 0), size - 1);
  const f = center - nearest;
  if (!(Math.abs(f) <= 0.5)) {
    // Far outside the ROI the series would overflow; a NaN center goes this way, too.
    for (let index = 0; index < size; index++) {
      windowed[MARGIN + index] = line[index]! * Math.exp(-0.5 * ((index - center) / sigma) ** 2);
    }
    return;
  }
  const middle = Math.exp(-0.5 * (f / sigma) ** 2);
  const growth = Math.exp(f / (sigma * sigma));
  let weight = middle;
  for (let index = nearest; index < size; index++) {
    windowed[MARGIN + index] = line[index]! * weight * bell[index - nearest]!;
    weight *= growth;
  }
  const decay = 1 / growth;
  weight = middle;
  for (let index = nearest - 1; index >= 0; index--) {
    weight *= decay;
    windowed[MARGIN + index] = line[index]! * weight * bell[nearest - index]!;
  }
}

/**
 * Lags of the full self-convolution around the middle one, from an even one on: lag 2 j is the sum of
 * line[j - d] line[j + d] over all d, lag 2 j + 1 that of line[j - d] line[j + 1 + d]. Both halves of a sum are
 * equal, so one is taken twice. Four lags at a time share their values, and no sum waits for the one before it.
 */
function convolve(line: Float64Array, size: number, lags: Float64Array): void {
  const from = middleOf(size) >> 1;
  for (let j = from; 2 * j < middleOf(size) + size; j += 2) {
    const center = MARGIN + j;
    const reach = Math.min(j + 2, size - 1 - j);
    let lag0 = 0;
    let lag1 = 0;
    let lag2 = 0;
    let lag3 = 0;
    let left1 = line[center]!;
    let left2 = line[center + 1]!;
    let right = left2;
    for (let d = 1; d <= reach; d++) {
      const left0 = line[center - d]!;
      const nextRight = line[center + 1 + d]!;
      lag0 += left0 * right;
      lag1 += left1 * right;
      lag2 += left1 * nextRight;
      lag3 += left2 * nextRight;
      left2 = left1;
      left1 = left0;
      right = nextRight;
    }
    const at = 2 * (j - from);
    lags[at] = 2 * lag0 + line[center]! ** 2;
    lags[at + 1] = 2 * lag1;
    lags[at + 2] = 2 * lag2 + line[center + 1]! ** 2;
    lags[at + 3] = 2 * lag3;
  }
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
