import { StackError } from '#protocol/errors.ts';
import { type NpyDtype, npyItemBytes, parseNpyHeader } from '#protocol/npy.ts';
import { type FrameShape, frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';
import type { Stack } from './stack.ts';
import { checkInsideFile, checkRead, readFrameBytes, readUpTo, type StackFile } from './stack-file.ts';

const PIXEL_FORMAT: Partial<Record<NpyDtype, PixelFormat>> = {
  u1: 'mono8',
  u2: 'mono16',
  f4: 'float32',
  f8: 'float32',
};

/** Header bytes looked at; NumPy pads the header of a plain array to 64 or 128. */
const HEADER_BYTES = 4096;

/**
 * Opens a NumPy array [frame, row, column], or [row, column] as one frame, of u1, u2, f4 or f8.
 * float64 is rounded to float32, the widest pixels we track: 24 bits of a count stay.
 * @throws {StackError} if it holds another type, other axes or fewer bytes than its shape needs
 */
export async function openNpy(file: StackFile): Promise<Stack> {
  const head = new Uint8Array(Math.min(HEADER_BYTES, file.size));
  await readUpTo(file, head, head.length, 0);
  const { dtype, shape: axes, fortranOrder, dataOffset } = parseNpyHeader(head, file.path);
  const pixelFormat = PIXEL_FORMAT[dtype];
  const [frames, height, width] = axes.length === 2 ? [1, ...axes] : axes;
  if (!pixelFormat || fortranOrder || axes.length < 2 || axes.length > 3 || !frames || !height || !width) {
    throw new StackError({
      where: file.path,
      expected: 'an array [frame, row, column] of u1, u2, f4 or f8 in C order',
      received: `[${axes.join(', ')}] of ${dtype}${fortranOrder ? ' in Fortran order' : ''}`,
      remedy: "save it with numpy.ascontiguousarray(stack, dtype='<u2')",
    });
  }
  const shape: FrameShape = { width, height, pixelFormat };
  const bytes = frameBytes(shape);
  const storedBytes = width * height * npyItemBytes(dtype);
  const position = (frame: number) => dataOffset + frame * storedBytes;
  const wholeFrames = Math.min(frames - 1, Math.max(0, Math.floor((file.size - dataOffset) / storedBytes)));
  checkInsideFile(file, wholeFrames, storedBytes, position(wholeFrames));

  return {
    ...shape,
    path: file.path,
    frames,
    async readFrame(frame, into) {
      checkRead(file.path, frames, frame, bytes, into);
      if (dtype !== 'f8') return readFrameBytes(file, frame, into, bytes, position(frame));
      const float64 = new Float64Array(width * height);
      await readFrameBytes(file, frame, new Uint8Array(float64.buffer), storedBytes, position(frame));
      into.set(new Uint8Array(new Float32Array(float64).buffer));
    },
    close: () => file.handle.close(),
  };
}
