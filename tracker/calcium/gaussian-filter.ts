import { type BlockOptions, type FilterFrames, filterInBlocks, stackShape } from './blockwise.ts';
import { CalciumError } from './calcium-error.ts';
import { gaussianWeights, reflected } from './gaussian-line.ts';
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
  const [frames] = stackShape('gaussianFilter images', images);
  filterInBlocks(frames, blocks, gaussianFrames(images, sigmasOf(sigma), room, finish));
  return { shape: images.shape, values: room };
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

/**
 * Filters some frames of a stack.
 *
 * @param images [frame, row, column]
 * @param sigmas of each axis
 * @param room [frame, row, column] for the result
 * @param finish makes a value of the result of one in float64
 * @throws {CalciumError} if a sigma is negative
 */
export function gaussianFrames(
  { shape, values }: NdArray,
  sigmas: readonly [number, number, number],
  room: NdValues,
  finish: (value: number) => number = (value) => value,
): FilterFrames {
  const [frames, rows, columns] = shape as [number, number, number];
  const [alongTime, alongRows, alongColumns] = sigmas.map(gaussianWeights) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const pixels = rows * columns;
  const overTime = new Float64Array(pixels);
  const overRows = new Float64Array(columns);
  const overColumns = new Float64Array(columns);
  const filterColumns = columnFilter(columns, alongColumns);
  const around = Array.from({ length: rows }, (_, row) =>
    mirroredPlaces(row, rows, alongRows.length, columns),
  );
  return (first, end) => {
    for (let frame = first; frame < end; frame++) {
      const places = mirroredPlaces(frame, frames, alongTime.length, pixels);
      applyAcross(values, places, alongTime, overTime, 0, pixels);
      for (let row = 0; row < rows; row++) {
        applyAcross(overTime, around[row]!, alongRows, overRows, 0, columns);
        filterColumns(overRows, overColumns);
        const start = frame * pixels + row * columns;
        for (let column = 0; column < columns; column++) room[start + column] = finish(overColumns[column]!);
      }
    }
  };
}

/** Starts of the lines before and after one, mirrored at the first and the last. */
function mirroredPlaces(at: number, count: number, distances: number, length: number): Int32Array {
  const places = new Int32Array(2 * distances);
  for (let distance = 0; distance < distances; distance++) {
    places[2 * distance] = reflected(at - distance, count) * length;
    places[2 * distance + 1] = reflected(at + distance, count) * length;
  }
  return places;
}

/** Filters a row along its columns. */
function columnFilter(
  columns: number,
  weights: Float64Array,
): (source: Float64Array, out: Float64Array) => void {
  const reach = weights.length - 1;
  const line = new Float64Array(columns + 2 * reach);
  const outside = Int32Array.from({ length: 2 * reach }, (_, side) => (side < reach ? side : columns + side));
  return (source, out) => {
    line.set(source, reach);
    for (const at of outside) line[at] = source[reflected(at - reach, columns)]!;
    applySymmetric(line, weights, out, 0, columns);
  };
}
