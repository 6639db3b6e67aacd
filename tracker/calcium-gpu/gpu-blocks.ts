import type { OverlappingBlock } from '#calcium/blocks.ts';
import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import { createGpuBuffers, type GpuBuffers } from '#engines/gpu/buffers.ts';
import { type OpenedGpu, popError } from '#engines/gpu/device.ts';
import { DeviceError } from '#protocol/errors.ts';

/** Blocks in flight: one is copied while another is computed. */
const LANES = 2;

/** A block as the kernels see it. */
export interface GpuBlock {
  /** [frame, row, column] of the source. */
  readonly shape: readonly [number, number, number];
  /** Frame of the source that the result begins with. */
  readonly first: number;
  /** Frames of the result. */
  readonly kept: number;
}

/** Adds the kernels of a block to the commands; whole words are read and written. */
type EncodeBlock = (
  encoder: GPUCommandEncoder,
  source: GPUBuffer,
  filtered: GPUBuffer,
  block: GpuBlock,
) => void;

/** Compiles kernels, which may take buffers of their own names. */
export type PrepareKernels = (device: GPUDevice, buffers: GpuBuffers) => Promise<EncodeBlock>;

/**
 * Filters blocks of a stack.
 *
 * @param images [frame, row, column]
 * @param filtered [frame, row, column], written to block by block
 * @param onBlock told of every block that is done
 * @throws {DeviceError} when the device fails; blocks that were not told of are not filtered
 */
export async function filterOnGpu(
  gpu: OpenedGpu,
  prepare: PrepareKernels,
  images: NdArray,
  filtered: NdValues,
  blocks: readonly OverlappingBlock[],
  onBlock: (block: OverlappingBlock) => void,
): Promise<void> {
  const buffers = createGpuBuffers(gpu.device);
  try {
    const encode = await prepare(gpu.device, buffers);
    const waiting = [...blocks].reverse();
    const lane = async (number: number) => {
      try {
        for (let block = waiting.pop(); block; block = waiting.pop()) {
          await filterBlock(gpu, buffers, encode, images, filtered, block, number);
          onBlock(block);
        }
      } finally {
        waiting.length = 0;
      }
    };
    // Both have to be done with their buffers, also when one fails.
    const ends = await Promise.allSettled(Array.from({ length: LANES }, (_, number) => lane(number)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    buffers.clear();
  }
}

async function filterBlock(
  gpu: OpenedGpu,
  buffers: GpuBuffers,
  encode: EncodeBlock,
  { shape, values }: NdArray,
  filtered: NdValues,
  { core, withHalo: [first, end] }: OverlappingBlock,
  lane: number,
): Promise<void> {
  gpu.assertHealthy();
  const { device, facts } = gpu;
  const [, rows, columns] = shape as [number, number, number];
  const pixels = rows * columns;
  const kept = core[1] - core[0];
  const target = new Uint8Array(
    filtered.buffer,
    filtered.byteOffset + core[0] * pixels * filtered.BYTES_PER_ELEMENT,
    kept * pixels * filtered.BYTES_PER_ELEMENT,
  );
  const bytes = wholeWords(target.length);
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const source = upload(device, buffers, values.subarray(first * pixels, end * pixels) as NdValues);
  const result = buffers.take('filtered', bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  const readback = buffers.take(`readback ${lane}`, bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  const encoder = device.createCommandEncoder();
  encode(encoder, source, result, { shape: [end - first, rows, columns], first: core[0] - first, kept });
  encoder.copyBufferToBuffer(result, 0, readback, 0, bytes);
  device.queue.submit([encoder.finish()]);
  const errors = await Promise.all([popError(device), popError(device)]);
  const error = errors.find((each) => each !== null);
  const refuse = (received: string, cause?: unknown) =>
    new DeviceError({ where: facts.device, expected: 'a filtered block', received }, cause);
  if (error) throw refuse(error.message, error);
  await readback.mapAsync(GPUMapMode.READ, 0, bytes).catch((cause: unknown) => {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  });
  target.set(new Uint8Array(readback.getMappedRange(0, bytes), 0, target.length));
  readback.unmap();
  gpu.assertHealthy();
}

function wholeWords(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** Writes a part of a stack as whole words. Dawn crashes the process when it is given memory that threads share. */
function upload(device: GPUDevice, buffers: GpuBuffers, part: NdValues): GPUBuffer {
  const { buffer, byteOffset, byteLength } = part;
  const bytes = wholeWords(byteLength);
  const source = buffers.take('images', bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  if (bytes === byteLength && buffer instanceof ArrayBuffer) {
    device.queue.writeBuffer(source, 0, buffer, byteOffset, byteLength);
    return source;
  }
  const words = new Uint8Array(bytes);
  words.set(new Uint8Array(buffer, byteOffset, byteLength));
  device.queue.writeBuffer(source, 0, words);
  return source;
}
