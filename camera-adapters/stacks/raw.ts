import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StackError } from '#protocol/errors.ts';
import { MOVIE_DESCRIPTION } from '#protocol/movie.ts';
import { describeShape, type FrameShape, frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';
import type { Stack } from './stack.ts';
import { checkRead, readFrameBytes, type StackFile } from './stack-file.ts';

const PIXEL_FORMAT = {
  uint8: 'mono8',
  u1: 'mono8',
  '|u1': 'mono8',
  '<u1': 'mono8',
  uint16: 'mono16',
  u2: 'mono16',
  '<u2': 'mono16',
  float32: 'float32',
  f4: 'float32',
  '<f4': 'float32',
} as const satisfies Record<string, PixelFormat>;

const size = z.number().int().positive();
const rawDescription = z
  .object({
    format: z.literal(MOVIE_DESCRIPTION).optional().catch(undefined),
    /** Absent in a movie of ours while it is being written, and for ever in one that nobody completed. */
    frames: size.optional(),
    /** Rows and columns of a frame. */
    y: size,
    x: size,
    /** As NumPy names it; always little-endian. */
    dtype: z.enum(Object.keys(PIXEL_FORMAT) as [keyof typeof PIXEL_FORMAT]),
    /** Of a pixel, where the camera uses fewer than the file has: a saturated one is then known as such. */
    bits: z.literal([10, 12, 14]).optional(),
  })
  .refine(({ format, frames }) => format === MOVIE_DESCRIPTION || frames !== undefined, {
    path: ['frames'],
    error: 'expected how many there are',
  });

const EXAMPLE = '{"frames": 1000, "y": 480, "x": 640, "dtype": "uint16"}';

/**
 * Opens bare pixels [frame, row, column], little-endian, that the `.json` of the same name describes. Of a movie of ours that
 * is cut off, the frames before the cut are read.
 * @throws {StackError} if there is no such description, it is not one, or the file has other bytes than it says
 */
export async function openRaw(file: StackFile): Promise<Stack> {
  const {
    format,
    frames: said,
    y,
    x,
    dtype,
    bits,
  } = await readDescription(file.path.replace(/\.bin$/i, '.json'));
  const stored = PIXEL_FORMAT[dtype];
  const pixelFormat = bits && stored === 'mono16' ? (`mono${bits}` as const) : stored;
  const shape: FrameShape = { width: x, height: y, pixelFormat };
  const bytes = frameBytes(shape);
  const whole = Math.floor(file.size / bytes);
  // Of bare pixels, a size that is not as it was said may mean that all of it was said wrong.
  const wanted = said ?? Math.max(1, whole);
  const frames = Math.min(wanted, whole);
  if (frames === 0 || (format === undefined && file.size !== wanted * bytes)) {
    throw new StackError({
      where: file.path,
      expected: `${wanted * bytes} bytes (${wanted} frames of ${describeShape(shape)})`,
      received: `${file.size} bytes (${Number((file.size / bytes).toFixed(3))} frames)`,
      remedy: 'correct the .json beside it, or copy the file again',
    });
  }
  const isCut = file.size !== wanted * bytes;
  return {
    ...shape,
    path: file.path,
    frames,
    ...(isCut && { cut: `the file is cut off behind its first ${frames} frames` }),
    async readFrame(frame, into) {
      checkRead(file.path, frames, frame, bytes, into);
      await readFrameBytes(file, frame, into, bytes, frame * bytes);
    },
    close: () => file.handle.close(),
  };
}

async function readDescription(path: string): Promise<z.output<typeof rawDescription>> {
  const refuse = (received: string, cause?: unknown) =>
    new StackError({ where: path, expected: `a description such as ${EXAMPLE}`, received }, cause);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const parsed = rawDescription.safeParse(json);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error));
  return parsed.data;
}
