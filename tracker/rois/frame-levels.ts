import type { Pixels } from '#protocol/pixel-format.ts';

/** A frame at one resolution, as local contrast: 0 the surroundings, below 0 darker. */
export interface FrameLevel {
  width: number;
  height: number;
  /** px of the frame per px of this level, in both directions. */
  scale: number;
  /** [row, column] 2 (pixel - surroundings) / (pixel + surroundings), -2 to 2. */
  contrast: Float32Array;
}

// Half the window whose mean is "the surroundings": wider than the largest rings looked for at a level.
const SURROUNDINGS_REACH = 48;
const MIN_LEVEL_SIZE = 40;
// Light cannot be negative: where counts are, the background was subtracted, and only differences mean something.
const SUBTRACTED = -1;

/**
 * The frame as local contrast at scales 1, 2, 4, ...: lamp profile and slow background are gone,
 * and rings of any size are a few px to 30 px in radius at one of the levels.
 * @param pixels [row, column]; pixels that are not finite count as the mean
 * @param wanted says which scales to make
 */
export function frameLevels(
  pixels: Pixels,
  frame: { width: number; height: number },
  wanted: (scale: number) => boolean,
): FrameLevel[] {
  const { mean, darkest } = rangeOf(pixels);
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = Number.isFinite(pixels[i]) ? pixels[i]! : mean;
  let image: Image = { width: frame.width, height: frame.height, values };
  // Added to the surroundings, so that the noise of dark corners (field stop, vignette) is not blown up.
  const dark = darkest >= 0 ? mean / 4 : SUBTRACTED;
  const levels: FrameLevel[] = [];
  for (let scale = 1; scale <= 8; scale *= 2) {
    const { width, height } = image;
    if (wanted(scale)) levels.push({ width, height, scale, contrast: contrastOf(image, dark) });
    if (Math.min(image.width, image.height) < 2 * MIN_LEVEL_SIZE) break;
    image = binned(image);
  }
  return levels;
}

interface Image {
  width: number;
  height: number;
  values: Float32Array;
}

function rangeOf(pixels: Pixels): { mean: number; darkest: number } {
  let sum = 0;
  let count = 0;
  let darkest = Number.POSITIVE_INFINITY;
  for (const value of pixels) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
    if (value < darkest) darkest = value;
  }
  return { mean: count > 0 ? sum / count : 0, darkest };
}

function contrastOf({ width, height, values }: Image, dark: number): Float32Array {
  const contrast = boxMean(values, width, height, SURROUNDINGS_REACH);
  for (let i = 0; i < contrast.length; i++) {
    const surroundings = contrast[i]!;
    const value = values[i]!;
    // Bounded, so that a glint in dark surroundings does not outshine every bead.
    contrast[i] =
      dark === SUBTRACTED
        ? value - surroundings
        : (2 * (value - surroundings)) / (value + surroundings + dark || 1);
  }
  return contrast;
}

/** Means of 2 x 2 pixels; an odd last row or column is left out. */
function binned({ width, height, values }: Image): Image {
  const half = { width: width >> 1, height: height >> 1 };
  const means = new Float32Array(half.width * half.height);
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      const i = 2 * y * width + 2 * x;
      means[y * half.width + x] =
        (values[i]! + values[i + 1]! + values[i + width]! + values[i + width + 1]!) / 4;
    }
  }
  return { ...half, values: means };
}

/** Mean over the square of 2 `reach` + 1 px around every pixel, over what of it lies in the image. */
export function boxMean(values: Float32Array, width: number, height: number, reach: number): Float32Array {
  const rows = new Float32Array(width * height);
  for (let y = 0; y < height; y++) slideMean(values, rows, y * width, width, reach);
  const means = new Float32Array(width * height);
  // Column sums are kept for a whole row at a time: walking down single columns would miss the cache.
  const sums = new Float64Array(width);
  let inside = 0;
  for (let y = -reach; y < height; y++) {
    if (y + reach < height) {
      inside++;
      for (let x = 0, i = (y + reach) * width; x < width; x++, i++) sums[x]! += rows[i]!;
    }
    if (y < 0) continue;
    if (y > reach) {
      inside--;
      for (let x = 0, i = (y - reach - 1) * width; x < width; x++, i++) sums[x]! -= rows[i]!;
    }
    for (let x = 0, i = y * width; x < width; x++, i++) means[i] = sums[x]! / inside;
  }
  return means;
}

function slideMean(from: Float32Array, to: Float32Array, start: number, count: number, reach: number): void {
  let sum = 0;
  let inside = 0;
  for (let n = -reach; n < count; n++) {
    if (n + reach < count) {
      inside++;
      sum += from[start + n + reach]!;
    }
    if (n < 0) continue;
    if (n > reach) {
      inside--;
      sum -= from[start + n - reach - 1]!;
    }
    to[start + n] = sum / inside;
  }
}
