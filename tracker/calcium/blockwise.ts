import { generateOverlappingBlocks } from './blocks.ts';
import { requireInteger } from './calcium-error.ts';
import { axesOf, type NdArray, type NdValues } from './nd-array.ts';

/** How a stack is cut along time, so that less of it is worked on at once. */
export interface BlockOptions {
  /** Frames of a block, at least 1; the whole stack at once when absent. */
  blockSize?: number;
  /** Frames read on either side of a block; never fewer than the filter reaches, which is the default. */
  blockBuffer?: number;
}

/** [frame, row, column] */
export type StackShape = readonly [number, number, number];

/** @throws {CalciumError} if the images are not [frame, row, column] */
export function stackShape(where: string, images: NdArray): StackShape {
  return axesOf(where, images, ['frame', 'row', 'column']) as unknown as StackShape;
}

/**
 * Filters a stack in blocks of frames, the result of which is that of the whole stack: what lies beside a block is
 * read from the unfiltered images.
 *
 * @param images [frame, row, column]
 * @param reach frames on either side that a filtered frame depends on
 * @param filter filters a part of the stack as if there were no more
 * @param values room for the result, as large as the images
 * @returns [frame, row, column]
 */
export function filterInBlocks<In extends NdValues, Out extends NdValues>(
  images: NdArray<In>,
  reach: number,
  { blockSize, blockBuffer = 0 }: BlockOptions,
  filter: (part: NdArray<In>) => NdArray<Out>,
  values: Out,
): NdArray<Out> {
  const [frames, rows, columns] = stackShape('filterInBlocks images', images);
  if (blockSize !== undefined) requireInteger('blockSize', blockSize, 1);
  requireInteger('blockBuffer', blockBuffer, 0);
  const pixels = rows * columns;
  const halo = Math.max(reach, blockBuffer);
  for (const block of generateOverlappingBlocks(frames, blockSize ?? Math.max(frames, 1), halo)) {
    const [first, end] = block.withHalo;
    const part = images.values.subarray(first * pixels, end * pixels) as In;
    const filtered = filter({ shape: [end - first, rows, columns], values: part });
    const [coreFirst, coreEnd] = block.core;
    const core = filtered.values.subarray((coreFirst - first) * pixels, (coreEnd - first) * pixels);
    values.set(core, coreFirst * pixels);
  }
  return { shape: images.shape, values };
}
