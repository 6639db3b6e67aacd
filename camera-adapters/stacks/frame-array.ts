import { StackError } from '#protocol/errors.ts';
import { type NpyDtype, npyItemBytes } from '#protocol/npy.ts';
import { type FrameShape, frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';
import type { Stack } from './stack.ts';
import { checkRead } from './stack-file.ts';

/** Frames of numbers of any type inside an array file: .npz, HDF5, Zarr. */
export interface FrameArray {
  /** File and array in it, for messages. */
  readonly path: string;
  readonly dtype: NpyDtype;
  /** [frame, row, column]; where the file is cut off, `frames` are those before the cut. */
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Frames that the file keeps together: reading one costs as much as reading them all. */
  readonly blockFrames: number;
  /** What is missing of a file that is cut off; absent for a whole one. */
  readonly cut?: string;
  /** [frame] ns since the first frame, where the file says; else absent. */
  readonly timeNs?: BigInt64Array;
  /** [frame] z of the focus in nm, where the file says; else absent. */
  readonly planeZNm?: Float64Array;
  /**
   * Reads `frames` frames from `first` on.
   * @param into room for their bytes, [frame, row, column] little-endian; all of it is written
   * @throws {StackError} naming the frame that cannot be read
   */
  readFrames(first: number, frames: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Axes of a frame array with what precedes row and column flattened into frames. */
export type FrameAxes = Pick<FrameArray, 'frames' | 'height' | 'width'>;

/** No frame is larger: beyond, a size was read from a broken file or one made to fill the memory. */
const MOST_FRAME_BYTES = 2 ** 30;

/** Frames of a block that are kept; a block with more bytes is read in parts. */
const MOST_BLOCK_BYTES = 2 ** 26;

const PIXEL_FORMAT: Partial<Record<NpyDtype, PixelFormat>> = {
  u1: 'mono8',
  u2: 'mono16',
  f4: 'float32',
  f8: 'float32',
};

/**
 * Frames, rows and columns of an array: [row, column] is one frame, [time, channel, z, row, column] is frames in the
 * order of the file.
 * @throws {StackError} if it has fewer than two axes, an empty one, or frames above 1 GiB
 */
export function frameAxes(path: string, shape: readonly number[], dtype: NpyDtype): FrameAxes {
  const [height, width] = shape.slice(-2);
  const frames = shape.slice(0, -2).reduce((product, axis) => product * axis, 1);
  const bytes = frames && height && width ? height * width * npyItemBytes(dtype) : 0;
  if (shape.length >= 2 && bytes > 0 && bytes <= MOST_FRAME_BYTES) {
    return { frames, height: height!, width: width! };
  }
  throw new StackError({
    where: path,
    expected: `an array [frame, row, column], a frame of at most ${MOST_FRAME_BYTES} bytes`,
    received: `[${shape.join(', ')}] of ${dtype}`,
  });
}

/** What a file that is cut off lacks of its frames, the first `whole` of which are there. */
export function describeCut(frames: number, whole: number): string {
  return whole === frames
    ? 'the file is cut off after the last frame'
    : `the file is cut off: frames ${whole} to ${frames - 1} of ${frames} are missing`;
}

/**
 * A stack of the frames of an array of u1, u2, f4 or f8; float64 is rounded to float32.
 * @throws {StackError} if the values are of another type
 */
export function stackOfArray(array: FrameArray): Stack {
  const { path, dtype, frames, height, width, cut, timeNs, planeZNm } = array;
  const pixelFormat = PIXEL_FORMAT[dtype];
  if (!pixelFormat) {
    throw new StackError({
      where: path,
      expected: 'values of u1, u2, f4 or f8',
      received: dtype,
      remedy: "save it with stack.astype('u2'); the calcium commands read every type of numbers",
    });
  }
  const shape: FrameShape = { width, height, pixelFormat };
  const bytes = frameBytes(shape);
  const storedBytes = width * height * npyItemBytes(dtype);
  const blockFrames = Math.min(array.blockFrames, Math.max(1, Math.floor(MOST_BLOCK_BYTES / storedBytes)));
  const isDirect = blockFrames === 1 && dtype !== 'f8';
  const readBlock = keepingBlock(array, blockFrames, storedBytes);
  return {
    ...shape,
    path,
    frames,
    ...(cut !== undefined && { cut }),
    ...(timeNs && { timeNs }),
    ...(planeZNm && { planeZNm }),
    async readFrame(frame, into) {
      checkRead(path, frames, frame, bytes, into);
      if (isDirect) return array.readFrames(frame, 1, into.subarray(0, bytes));
      const { first, stored } = await readBlock(frame);
      const start = (frame - first) * storedBytes;
      if (dtype !== 'f8') into.set(stored.subarray(start, start + storedBytes));
      else
        into.set(
          new Uint8Array(Float32Array.from(new Float64Array(stored.buffer, start, width * height)).buffer),
        );
    },
    close: () => array.close(),
  };
}

/** Frames from `first` on, as the file has them. */
interface Block {
  first: number;
  stored: Uint8Array<ArrayBuffer>;
}

/** Reads the block a frame lies in, once for all frames that are asked for one after the other. */
function keepingBlock(
  array: FrameArray,
  blockFrames: number,
  storedBytes: number,
): (frame: number) => Promise<Block> {
  let kept = -1;
  let block: Promise<Block> | undefined;
  return (frame) => {
    const first = frame - (frame % blockFrames);
    if (kept !== first || !block) {
      kept = first;
      const frames = Math.min(blockFrames, array.frames - first);
      const stored = new Uint8Array(frames * storedBytes);
      block = array.readFrames(first, frames, stored).then(() => ({ first, stored }));
    }
    return block;
  };
}
