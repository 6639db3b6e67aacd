import { stackShape } from './blockwise.ts';
import { CalciumError } from './calcium-error.ts';
import { type FrameStatistic, FrameSums } from './frame-sums.ts';
import type { NdArray } from './nd-array.ts';
import { isForKernel, type WholeCounts } from './pixel-kernel.ts';
import { percentileOf } from './statistics.ts';

/** Pixels whose courses are gathered at once for a median: 64 keep both sides of the copy in the cache. */
const TILE = 64;

/** Pixels whose frames are added up at once: what is kept of them stays in the cache. */
const PART = 65_536;

export type Projection = FrameStatistic | 'median';

/**
 * One image of a stack: a statistic of every pixel over time; `std` is that of the population.
 *
 * @param images [frame, row, column], at least one frame
 * @returns [row, column] in the unit of the images
 * @throws {CalciumError} if the images have other axes, no frame, or the statistic is not known
 */
export function projectImages(images: NdArray, projection: Projection): NdArray<Float64Array> {
  const [frames, rows, columns] = stackShape('projectImages images', images);
  if (frames === 0) {
    throw new CalciumError({
      where: 'projectImages images',
      expected: 'at least one frame',
      received: 'none',
    });
  }
  const pixels = rows * columns;
  const isQuick = projection !== 'median' && isForKernel(images.values, PART);
  const values = isQuick
    ? projectWhole(images.values, pixels, projection)
    : project(images, pixels, projection);
  return { shape: [rows, columns], values };
}

/** As below, to the bit. */
function projectWhole(values: WholeCounts, pixels: number, statistic: FrameStatistic): Float64Array {
  const projected = new Float64Array(pixels);
  const part = Math.min(PART, pixels);
  const sums = new FrameSums(part, [statistic]);
  for (let first = 0; first < pixels; first += part) {
    sums.reset();
    for (let start = 0; start < values.length; start += pixels) {
      sums.add(values.subarray(start + first, start + Math.min(first + part, pixels)));
    }
    projected.set(sums.read(statistic).subarray(0, pixels - first), first);
  }
  return projected;
}

function project(images: NdArray, pixels: number, projection: Projection): Float64Array {
  switch (projection) {
    case 'mean':
      return meanOf(images, pixels);
    case 'std':
      return stdOf(images, pixels);
    case 'median':
      return medianOf(images, pixels);
    case 'max':
      return extremeOf(images, pixels, 1);
    case 'min':
      return extremeOf(images, pixels, -1);
    default:
      throw new CalciumError({
        where: 'projectImages projection',
        expected: 'mean, std, median, max or min',
        received: String(projection satisfies never),
      });
  }
}

function meanOf({ shape, values }: NdArray, pixels: number): Float64Array {
  const frames = shape[0]!;
  const sums = new Float64Array(pixels);
  let frame = 0;
  // Eight frames at a time: an eighth of the passes over the sums.
  for (; frame + 8 <= frames; frame += 8) {
    const a = frame * pixels;
    const [b, c, d] = [a + pixels, a + 2 * pixels, a + 3 * pixels];
    const [e, f, g, h] = [a + 4 * pixels, a + 5 * pixels, a + 6 * pixels, a + 7 * pixels];
    for (let pixel = 0; pixel < pixels; pixel++) {
      const early = values[a + pixel]! + values[b + pixel]! + (values[c + pixel]! + values[d + pixel]!);
      const late = values[e + pixel]! + values[f + pixel]! + (values[g + pixel]! + values[h + pixel]!);
      sums[pixel]! += early + late;
    }
  }
  for (; frame < frames; frame++) {
    const start = frame * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) sums[pixel]! += values[start + pixel]!;
  }
  return sums.map((sum) => sum / frames);
}

function stdOf(images: NdArray, pixels: number): Float64Array {
  const { values } = images;
  const isFloat = values instanceof Float32Array || values instanceof Float64Array;
  return isFloat ? stdOfFloats(images, pixels) : stdOfIntegers(images, pixels);
}

/** Twice through the stack: squares of differences from the mean lose no digits to its level. */
function stdOfFloats(images: NdArray, pixels: number): Float64Array {
  const { shape, values } = images;
  const means = meanOf(images, pixels);
  const sums = new Float64Array(pixels);
  for (let start = 0; start < values.length; start += pixels) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const difference = values[start + pixel]! - means[pixel]!;
      sums[pixel]! += difference * difference;
    }
  }
  return sums.map((sum) => Math.sqrt(sum / shape[0]!));
}

/** Once through the stack: sums of whole differences from the first frame are exact, whatever its level. */
function stdOfIntegers({ shape, values }: NdArray, pixels: number): Float64Array {
  const frames = shape[0]!;
  const sums = new Float64Array(pixels);
  const squares = new Float64Array(pixels);
  let frame = 0;
  for (; frame + 4 <= frames; frame += 4) {
    const start = frame * pixels;
    const [second, third, fourth] = [start + pixels, start + 2 * pixels, start + 3 * pixels];
    for (let pixel = 0; pixel < pixels; pixel++) {
      const level = values[pixel]!;
      const a = values[start + pixel]! - level;
      const b = values[second + pixel]! - level;
      const c = values[third + pixel]! - level;
      const d = values[fourth + pixel]! - level;
      sums[pixel]! += a + b + (c + d);
      squares[pixel]! += a * a + b * b + (c * c + d * d);
    }
  }
  for (; frame < frames; frame++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const difference = values[frame * pixels + pixel]! - values[pixel]!;
      sums[pixel]! += difference;
      squares[pixel]! += difference * difference;
    }
  }
  return squares.map((square, pixel) => {
    const spread = Math.max(0, frames * square - sums[pixel]! * sums[pixel]!);
    return Math.sqrt(spread) / frames;
  });
}

function medianOf({ shape, values }: NdArray, pixels: number): Float64Array {
  const frames = shape[0]!;
  const medians = new Float64Array(pixels);
  const courses = new Float64Array(TILE * frames);
  for (let first = 0; first < pixels; first += TILE) {
    const count = Math.min(TILE, pixels - first);
    for (let frame = 0; frame < frames; frame++) {
      const start = frame * pixels + first;
      for (let pixel = 0; pixel < count; pixel++) courses[pixel * frames + frame] = values[start + pixel]!;
    }
    for (let pixel = 0; pixel < count; pixel++) {
      medians[first + pixel] = percentileOf(courses.subarray(pixel * frames, (pixel + 1) * frames), 50);
    }
  }
  return medians;
}

function extremeOf({ values }: NdArray, pixels: number, sign: 1 | -1): Float64Array {
  const found = Float64Array.from(values.subarray(0, pixels));
  for (let start = pixels; start < values.length; start += pixels) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = values[start + pixel]!;
      if (sign * value > sign * found[pixel]!) found[pixel] = value;
    }
  }
  return found;
}
