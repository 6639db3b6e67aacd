import { readdir } from 'node:fs/promises';
import * as zarr from 'zarrita';
import { z } from 'zod';
import { StackError } from '#protocol/errors.ts';
import { type NpyDtype, npyItemBytes } from '#protocol/npy.ts';
import { type FrameArray, frameAxes } from './frame-array.ts';
import { frameRuns } from './frame-runs.ts';
import { type FramePlaces, omeImage, placesOfFrames } from './ome-zarr.ts';
import { readRun, type ZarrArray } from './zarr-chunks.ts';
import { zarrFolder } from './zarr-folder.ts';

const DTYPE: Partial<Record<zarr.DataType, NpyDtype>> = {
  uint8: 'u1',
  int8: 'i1',
  uint16: 'u2',
  int16: 'i2',
  uint32: 'u4',
  int32: 'i4',
  uint64: 'u8',
  int64: 'i8',
  float32: 'f4',
  float64: 'f8',
};

/** A chunk is read whole. */
const MOST_CHUNK_BYTES = 2 ** 30;

/**
 * Opens an array of a Zarr folder, version 2 or 3, and reads its frames a chunk at a time. Of an OME-Zarr image, the
 * sharpest is taken, with times and heights from the units of its axes. A chunk that is not there is its fill value,
 * as the format has it; one that is cut off is refused when it is read.
 *
 * @param name path of the array in the folder; without one, the folder itself or the image it says
 * @throws {StackError} if there is no such array, or it is none of numbers
 */
export async function openZarr(folder: string, name?: string): Promise<FrameArray> {
  const { array, places } = await openArray(folder, name);
  const path = array.path === '/' ? folder : `${folder}#${array.path.slice(1)}`;
  const dtype = DTYPE[array.dtype];
  if (!dtype)
    throw new StackError({ where: path, expected: 'numbers of 1 to 8 bytes', received: array.dtype });
  const axes = frameAxes(path, array.shape, dtype);
  const leading = array.shape.slice(0, -2);
  const chunkBytes = array.chunks.reduce((product, axis) => product * axis, npyItemBytes(dtype));
  if (!(chunkBytes <= MOST_CHUNK_BYTES)) {
    throw new StackError({
      where: path,
      expected: `chunks of at most ${MOST_CHUNK_BYTES} bytes`,
      received: `[${array.chunks.join(', ')}] of ${dtype}`,
      remedy: 'save it again in chunks of a frame',
    });
  }
  const frameBytes = axes.width * axes.height * npyItemBytes(dtype);
  return {
    ...axes,
    path,
    dtype,
    blockFrames: Math.max(1, array.chunks.at(-3) ?? 1),
    ...places(array.shape),
    async readFrames(first, frames, into) {
      let at = 0;
      for (const run of frameRuns(leading, first, frames)) {
        const bytes = (run.end - run.first) * frameBytes;
        await readRun(array, run, into.subarray(at, at + bytes)).catch((cause: unknown) => {
          const where = `${path} frame ${first}`;
          const remedy = 'copy the folder again';
          throw new StackError(
            { where, expected: 'whole chunks', received: describeCause(cause), remedy },
            cause,
          );
        });
        at += bytes;
      }
    },
    async close() {},
  };
}

interface OpenedArray {
  array: ZarrArray;
  places(shape: readonly number[]): FramePlaces;
}

async function openArray(folder: string, name?: string): Promise<OpenedArray> {
  const root = zarr.root(zarrFolder(folder));
  const none = () => ({});
  const wanted = name?.replace(/^\/+|\/+$/g, '');
  const node = await openNode(folder, root, '');
  if (node.kind === 'array') {
    if (!wanted) return { array: node, places: none };
    throw new StackError({
      where: `${folder}#${name}`,
      expected: 'a group at the top',
      received: 'an array',
    });
  }
  const image = omeImage(node.attrs);
  const path = wanted || image?.path;
  if (path === undefined) return { array: await findArray(folder, root), places: none };
  const found = await openNode(folder, root, path);
  const places = (shape: readonly number[]) => (image?.path === path ? placesOfFrames(image, shape) : {});
  if (found.kind === 'array') return { array: found, places };
  // A folder of several images has a group for each.
  const inner = omeImage(found.attrs);
  if (!inner) throw new StackError({ where: `${folder}#${path}`, expected: 'an array', received: 'a group' });
  const array = await openNode(folder, root, `${path}/${inner.path}`);
  if (array.kind === 'array') return { array, places: (shape) => placesOfFrames(inner, shape) };
  throw new StackError({
    where: `${folder}#${path}/${inner.path}`,
    expected: 'an array',
    received: 'a group',
  });
}

/** The only array of three axes or more of a group that does not say which is its image. */
async function findArray(folder: string, root: zarr.Location<zarr.AsyncReadable>): Promise<ZarrArray> {
  const arrays: ZarrArray[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const node = await openNode(folder, root, name).catch(() => undefined);
    if (node?.kind === 'array') arrays.push(node);
  }
  const [only, ...others] = arrays.filter(({ shape }) => shape.length >= 3);
  if (only && others.length === 0) return only;
  throw new StackError({
    where: folder,
    expected: 'an array, an OME-Zarr image, or one array [frame, row, column]',
    received: arrays.map(({ path, shape }) => `${path.slice(1)} [${shape.join(', ')}]`).join('; ') || 'none',
    remedy: `name the array after a #: ${folder}#${only?.path.slice(1) ?? 'path'}`,
  });
}

/** Shape and chunks as they must be: zarrita takes what the description says. */
const axis = z.number().int().nonnegative();
const arrayAxes = z
  .object({ shape: z.array(axis), chunks: z.array(axis.positive()), dtype: z.string() })
  .refine(({ shape, chunks }) => shape.length === chunks.length, 'a chunk of as many axes as the array');

async function openNode(folder: string, root: zarr.Location<zarr.AsyncReadable>, path: string) {
  const where = path === '' ? folder : `${folder}#${path}`;
  try {
    const node = await zarr.open(path === '' ? root : root.resolve(path));
    if (node.kind === 'array') arrayAxes.parse(node);
    return node;
  } catch (cause) {
    throw new StackError({ where, expected: 'a Zarr array or group', received: describeCause(cause) }, cause);
  }
}

function describeCause(cause: unknown): string {
  if (cause instanceof z.ZodError) return z.prettifyError(cause);
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
}
