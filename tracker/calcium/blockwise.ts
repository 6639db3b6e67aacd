import { requireInteger } from './calcium-error.ts';
import { axesOf, type NdArray } from './nd-array.ts';

/** How a stack is cut along time, so that less of it is worked on at once. */
export interface BlockOptions {
  /** Frames of a block, at least 1; the whole stack at once when absent. */
  blockSize?: number;
  /** Frames read on either side of a block, at least; what the filter reaches is read in any case. */
  blockBuffer?: number;
}

/** [frame, row, column] */
export type StackShape = readonly [number, number, number];

/** @throws {CalciumError} if the images are not [frame, row, column] */
export function stackShape(where: string, images: NdArray): StackShape {
  return axesOf(where, images, ['frame', 'row', 'column']) as unknown as StackShape;
}

/** Filters frames [first, end) of a stack, reading what lies beside them from the unfiltered images. */
export type FilterFrames = (first: number, end: number) => void;

/**
 * Filters a stack in blocks of frames, the result of which is that of the whole stack.
 *
 * @param frames of the stack
 * @throws {CalciumError} if an option is not an integer in its range
 */
export function filterInBlocks(
  frames: number,
  { blockSize, blockBuffer = 0 }: BlockOptions,
  filterFrames: FilterFrames,
): void {
  if (blockSize !== undefined) requireInteger('blockSize', blockSize, 1);
  requireInteger('blockBuffer', blockBuffer, 0);
  const length = blockSize ?? Math.max(frames, 1);
  for (let first = 0; first < frames; first += length) filterFrames(first, Math.min(first + length, frames));
}
