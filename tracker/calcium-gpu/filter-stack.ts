import { generateOverlappingBlocks, type OverlappingBlock } from '#calcium/blocks.ts';
import { type FilterFrames, stackShape } from '#calcium/blockwise.ts';
import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import { largestBuffer } from '#engines/gpu/buffers.ts';
import type { OpenedGpu } from '#engines/gpu/device.ts';
import { DeviceError } from '#protocol/errors.ts';
import type { FilterEngine } from './filter-engine.ts';
import { filterOnGpu, type PrepareKernels } from './gpu-blocks.ts';

/** Bytes of a block's largest buffer: some blocks in a second of film, so that copying and computing overlap. */
const BLOCK_BYTES = 2 ** 25;
/** Frames between two words of how far it is. */
const CPU_FRAMES = 8;

/** How a run is followed and cut. */
export interface FilterRun {
  /** Told of frames that are done, block by block, in no order. */
  onFrames?(count: number): void;
  /** Told why the CPU takes over. */
  onNotice?(text: string): void;
  /** Bytes of the largest buffer of a block on the GPU; default 32 MiB. */
  blockBytes?: number;
}

/** A filter of stacks in float64 and as kernels. */
export interface StackFilter<Out extends NdValues> {
  readonly name: string;
  /** Frames on either side that a filtered frame depends on. */
  readonly reach: number;
  /** Bytes of a pixel in the largest of the buffers that it fills. */
  readonly bytesPerPixel: number;
  /** Compiles the kernels for these images; null with a reason where there is none. */
  readonly prepare: PrepareKernels | { readonly unable: string };
  /** Filters frames in float64 into this room. */
  onCpu(room: Out): FilterFrames;
}

/**
 * Filters a stack in blocks of frames with what lies beside them, so that the blocks together are the whole; by the
 * GPU as long as it works, by the CPU for what is left.
 *
 * @param images [frame, row, column]
 * @param filtered room of the type of the result, as large as the images
 * @returns [frame, row, column]
 * @throws {CalciumError} if the images have other axes
 */
export async function filterStack<Out extends NdValues>(
  images: NdArray,
  filter: StackFilter<Out>,
  { gpu }: FilterEngine,
  filtered: Out,
  run: FilterRun,
): Promise<NdArray<Out>> {
  const [frames] = stackShape(`${filter.name} images`, images);
  if (filtered.length > 0) {
    const left = gpu && (await filterByGpu(gpu, images, filter, filtered, run));
    let filterFrames: FilterFrames | undefined;
    for (const { core } of left ?? generateOverlappingBlocks(frames, CPU_FRAMES, 0)) {
      filterFrames ??= filter.onCpu(filtered);
      filterFrames(...core);
      run.onFrames?.(core[1] - core[0]);
    }
  }
  return { shape: images.shape, values: filtered };
}

/** Gives the blocks that are not filtered, or null where the GPU can filter none. */
async function filterByGpu<Out extends NdValues>(
  gpu: OpenedGpu,
  images: NdArray,
  filter: StackFilter<Out>,
  filtered: Out,
  { onFrames, onNotice, blockBytes = BLOCK_BYTES }: FilterRun,
): Promise<Iterable<OverlappingBlock> | null> {
  const { prepare, reach } = filter;
  const unable = typeof prepare === 'function' ? null : prepare.unable;
  const atOnce = unable ?? framesAtOnce(gpu.device, images, filter, blockBytes);
  if (typeof prepare !== 'function' || typeof atOnce === 'string') {
    onNotice?.(`the CPU filters: ${atOnce}`);
    return null;
  }
  const blocks = [...generateOverlappingBlocks(images.shape[0]!, atOnce, reach)];
  const left = new Set(blocks);
  try {
    await filterOnGpu(gpu, prepare, images, filtered, blocks, (block) => {
      left.delete(block);
      onFrames?.(block.core[1] - block.core[0]);
    });
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    onNotice?.(`the CPU filters what is left: ${error.message}`);
  }
  return left;
}

/** Frames that fit into the buffers of a device, or why not one does. */
function framesAtOnce(
  device: GPUDevice,
  { shape, values }: NdArray,
  { reach, bytesPerPixel }: StackFilter<NdValues>,
  blockBytes: number,
): number | string {
  const pixels = shape[1]! * shape[2]!;
  const largest = largestBuffer(device);
  const filled = Math.floor(Math.min(blockBytes, largest) / (pixels * bytesPerPixel));
  const read = Math.floor(largest / (pixels * values.BYTES_PER_ELEMENT)) - 2 * reach;
  const frames = Math.min(Math.max(filled, 1), read);
  if (frames >= 1 && pixels * bytesPerPixel <= largest) return frames;
  return `a frame with ${2 * reach} beside it is more than the ${largest} bytes of a buffer of the GPU`;
}
