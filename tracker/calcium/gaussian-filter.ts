import { type BlockOptions, filterInBlocks, stackShape } from './blockwise.ts';
import { CalciumError } from './calcium-error.ts';
import { gaussianRadius, gaussianWeights, reflected } from './gaussian-line.ts';
import { emptyLike, type NdArray, type NdValues } from './nd-array.ts';
import { applyAcross, applySymmetric } from './symmetric-kernel.ts';

export interface GaussianOptions extends BlockOptions {
  /** Standard deviation in frames and px alike, or of each axis [frame, row, column]; default 1. */
  sigma?: number | readonly [number, number, number];
}

/**
 * Gaussian filter over time, rows and columns; mirrored borders, cut off after 4 sigma, computed in float64.
 *
 * A single sigma applies to time too: take [0, sigma, sigma] to filter every frame on its own.
 *
 * @param images [frame, row, column] of any type
 * @returns [frame, row, column], rounded once, to float32
 * @throws {CalciumError} if the images have other axes or a sigma is negative
 */
export function gaussianFilter(images: NdArray, options: GaussianOptions = {}): NdArray<Float32Array> {
  return filterWith(images, options, new Float32Array(images.values.length), (value) => value);
}

/**
 * As `gaussianFilter`, of the type of the images: integers are rounded to the nearest, once.
 */
export function gaussianFilterSameType<V extends NdValues>(
  images: NdArray<V>,
  options: GaussianOptions = {},
): NdArray<V> {
  const isFloat = images.values instanceof Float32Array || images.values instanceof Float64Array;
  return filterWith(images, options, emptyLike(images.values), isFloat ? (value) => value : Math.round);
}

function filterWith<Out extends NdValues>(
  images: NdArray,
  { sigma, ...blocks }: GaussianOptions,
  room: Out,
  finish: (value: number) => number,
): NdArray<Out> {
  stackShape('gaussianFilter images', images);
  const sigmas = sigmasOf(sigma);
  const weights = sigmas.map(gaussianWeights) as [Float64Array, Float64Array, Float64Array];
  const filter = (part: NdArray) => filterPart(part, weights, emptyLike(room, part.values.length), finish);
  return filterInBlocks(images, gaussianRadius(sigmas[0]), blocks, filter, room);
}

/**
 * Standard deviation of each axis [frame, row, column].
 * @throws {CalciumError} if there are not three
 */
export function sigmasOf(sigma: GaussianOptions['sigma'] = 1): readonly [number, number, number] {
  if (typeof sigma === 'number') return [sigma, sigma, sigma];
  if (sigma.length === 3) return sigma;
  throw new CalciumError({
    where: 'gaussianFilter sigma',
    expected: 'a number, or three [frame, row, column]',
    received: `${(sigma as readonly number[]).length} numbers`,
  });
}

/** Frame by frame, so that only those the kernel reaches are held in float64. */
function filterPart<Out extends NdValues>(
  { shape, values }: NdArray,
  [alongTime, alongRows, alongColumns]: readonly [Float64Array, Float64Array, Float64Array],
  room: Out,
  finish: (value: number) => number,
): NdArray<Out> {
  const [frames, rows, columns] = shape as [number, number, number];
  const pixels = rows * columns;
  const reach = alongTime.length - 1;
  const slots = Math.min(frames, 2 * reach + 1);
  const held = new Float64Array(slots * pixels);
  const overTime = new Float64Array(pixels);
  const overRows = new Float64Array(pixels);
  const finished = columnFilter(columns, alongColumns);
  let next = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (; next < Math.min(frames, frame + reach + 1); next++) {
      held.set(values.subarray(next * pixels, (next + 1) * pixels), (next % slots) * pixels);
    }
    const places = mirroredPlaces(frame, frames, alongTime.length, (other) => (other % slots) * pixels);
    applyAcross(held, places, alongTime, overTime, 0, pixels);
    for (let row = 0; row < rows; row++) {
      const around = mirroredPlaces(row, rows, alongRows.length, (other) => other * columns);
      applyAcross(overTime, around, alongRows, overRows, row * columns, columns);
    }
    finished(overRows, overTime);
    const start = frame * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) room[start + pixel] = finish(overTime[pixel]!);
  }
  return { shape, values: room };
}

/** Starts of the lines before and after one, mirrored at the first and the last. */
function mirroredPlaces(
  at: number,
  count: number,
  distances: number,
  startOf: (line: number) => number,
): Int32Array {
  const places = new Int32Array(2 * distances);
  for (let distance = 0; distance < distances; distance++) {
    places[2 * distance] = startOf(reflected(at - distance, count));
    places[2 * distance + 1] = startOf(reflected(at + distance, count));
  }
  return places;
}

/** Filters every row of an image along its columns. */
function columnFilter(
  columns: number,
  weights: Float64Array,
): (source: Float64Array, out: Float64Array) => void {
  const reach = weights.length - 1;
  const line = new Float64Array(columns + 2 * reach);
  const from = Int32Array.from(line, (_, at) => reflected(at - reach, columns));
  return (source, out) => {
    for (let start = 0; start < source.length; start += columns) {
      for (let at = 0; at < line.length; at++) line[at] = source[start + from[at]!]!;
      applySymmetric(line, weights, out, start, columns);
    }
  };
}
