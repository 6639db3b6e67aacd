import type { NdArray, NdValues } from '#calcium/nd-array.ts';
import type { FrameArray } from '#camera-adapters/stacks/frame-array.ts';
import { LimitError, StackError } from '#protocol/errors.ts';
import { npyItemBytes, npyValues } from '#protocol/npy.ts';
import type { OnFrame } from './read-stack.ts';

/** Of one array in memory, as Node 20 allows. */
const MOST_BYTES = 2 ** 32;

/**
 * All frames of an array of a .npz, HDF5 or Zarr file, in its type.
 *
 * @returns [frame, row, column]
 * @throws {StackError} if its numbers are of 64 bits, or a frame cannot be read
 * @throws {LimitError} if it does not fit into memory
 */
export async function loadArray(array: FrameArray, onFrame: OnFrame): Promise<NdArray> {
  const { path, dtype, frames, height, width, blockFrames } = array;
  if (dtype === 'i8' || dtype === 'u8') {
    const expected = 'whole numbers of at most 32 bits';
    throw new StackError({
      where: path,
      expected,
      received: dtype,
      remedy: "save it with stack.astype('f8')",
    });
  }
  const bytes = frames * height * width * npyItemBytes(dtype);
  if (bytes > MOST_BYTES) {
    const remedy = 'save fewer frames as a file of their own';
    throw new LimitError({
      where: path,
      expected: `at most ${MOST_BYTES} bytes`,
      received: `${bytes}`,
      remedy,
    });
  }
  const values = npyValues(new ArrayBuffer(bytes), dtype) as NdValues;
  const room = new Uint8Array(values.buffer);
  const frameBytes = bytes / frames;
  for (let first = 0; first < frames; first += blockFrames) {
    const count = Math.min(blockFrames, frames - first);
    await array.readFrames(first, count, room.subarray(first * frameBytes, (first + count) * frameBytes));
    for (let frame = first; frame < first + count; frame++) onFrame(frame + 1, frames);
  }
  return { shape: [frames, height, width], values };
}
