import { type BlockOptions, type FilterFrames, filterInBlocks, stackShape } from './blockwise.ts';
import { CalciumError } from './calcium-error.ts';
import { reflected } from './gaussian-line.ts';
import { hasVectors, medianOfVectors } from './median-vectors.ts';
import { axesOf, emptyLike, type NdArray, type NdValues } from './nd-array.ts';
import { medianOfColumns } from './sorted-columns.ts';
import { selectRank } from './statistics.ts';

export interface MedianOptions extends BlockOptions {
  /** Footprint [frame, row, column], what is not 0 counts; default 3 x 3 x 3 of ones. */
  mask?: NdArray;
}

const CUBE: NdArray = { shape: [3, 3, 3], values: new Uint8Array(27).fill(1) };

/**
 * Median filter over time, rows and columns; mirrored borders.
 *
 * The footprint lies with its element size // 2 on the pixel; of an even number of values the upper middle one is
 * taken, so that every value of the result is one of the images.
 *
 * @param images [frame, row, column], without NaN and infinities
 * @returns [frame, row, column] of the same type
 * @throws {CalciumError} if the images or the footprint have other axes, or the footprint is empty
 */
export function medianFilter<V extends NdValues>(
  images: NdArray<V>,
  { mask, ...blocks }: MedianOptions = {},
): NdArray<V> {
  const [frames] = stackShape('medianFilter images', images);
  const values = emptyLike(images.values);
  filterInBlocks(frames, blocks, medianFrames(images, requireFootprint(mask), values));
  return { shape: images.shape, values };
}

/**
 * Filters some frames of a stack.
 *
 * @param images [frame, row, column]
 * @param footprint [frame, row, column], not empty
 * @param room [frame, row, column] for the result
 */
export function medianFrames(images: NdArray, footprint: NdArray, room: NdValues): FilterFrames {
  const offsets = offsetsOf(footprint);
  if (hasVectors(images, offsets)) return medianOfVectors(images, offsets, room);
  if (footprint.values.every((value) => value !== 0)) {
    const box = footprint.shape as [number, number, number];
    return (first, end) => medianOfColumns(images, box, first, end, room);
  }
  return (first, end) => medianOfFootprint(images, offsets, first, end, room);
}

/**
 * The footprint itself, by default 3 x 3 x 3 of ones.
 * @throws {CalciumError} if it has other axes or is empty
 */
export function requireFootprint(mask: NdArray = CUBE): NdArray {
  axesOf('medianFilter mask', mask, ['frame', 'row', 'column']);
  if (mask.values.some((value) => value !== 0)) return mask;
  throw new CalciumError({
    where: 'medianFilter mask',
    expected: 'at least one element that is not 0',
    received: `${mask.values.length} zeros`,
  });
}

/** Places of the footprint relative to its middle, [frame, row, column]. */
export function offsetsOf({ shape, values }: NdArray): [number, number, number][] {
  const [, rows, columns] = shape as [number, number, number];
  const offsets: [number, number, number][] = [];
  for (const [at, value] of values.entries()) {
    if (value === 0) continue;
    const place = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns];
    const [frame, row, column] = place.map((index, axis) => index - Math.floor(shape[axis]! / 2));
    offsets.push([frame!, row!, column!]);
  }
  return offsets;
}

function medianOfFootprint(
  { shape, values }: NdArray,
  offsets: readonly [number, number, number][],
  first: number,
  end: number,
  out: NdValues,
): void {
  const [frames, rows, columns] = shape as [number, number, number];
  const window = new Float64Array(offsets.length);
  const rank = offsets.length >> 1;
  for (let at = first * rows * columns; at < end * rows * columns; at++) {
    const frame = Math.floor(at / (rows * columns));
    const row = Math.floor(at / columns) % rows;
    const column = at % columns;
    for (let index = 0; index < offsets.length; index++) {
      const [deeper, lower, righter] = offsets[index]!;
      const line = reflected(frame + deeper, frames) * rows + reflected(row + lower, rows);
      window[index] = values[line * columns + reflected(column + righter, columns)]!;
    }
    out[at] = selectRank(window, rank);
  }
}
