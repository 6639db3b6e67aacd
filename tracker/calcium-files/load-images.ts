import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyLike, type NdArray } from '#calcium/nd-array.ts';
import { openFrameArray } from '#camera-adapters/stacks/open-array.ts';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { unreadable } from '#camera-adapters/stacks/stack-file.ts';
import { stackPlace } from '#camera-adapters/stacks/stack-place.ts';
import { StackError } from '#protocol/errors.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { describeShape } from '#protocol/pixel-format.ts';
import { loadBinary, typeName } from './binary-video.ts';
import { loadArray } from './load-array.ts';
import { loadNumericTiff } from './numeric-tiff.ts';
import { type OnFrame, readFrames, roomForFrames } from './read-stack.ts';

/**
 * Images of a file, or of every TIFF of a folder one after the other in the order of their names, numbers by value.
 *
 * A folder without a TIFF, and any other file, is read as `openStack` does; .npy, .npz, HDF5, Zarr, .bin and TIFF keep
 * every type of values. Of a file that is cut off, the frames before the cut are given and the rest is named.
 *
 * @param onCut told what is missing of a file that is cut off
 * @returns [frame, row, column]; one image is one frame
 * @throws {StackError} naming the first file that cannot be read, or has other images than the first of the folder
 */
export async function loadImages(
  path: string,
  onFrame: OnFrame = () => {},
  onCut: (text: string) => void = () => {},
): Promise<NdArray> {
  const place = await stackPlace(path);
  const array = await openFrameArray(place);
  if (array) {
    if (array.cut !== undefined) onCut(`${array.path}: ${array.cut}`);
    return loadArray(array, onFrame).finally(() => array.close());
  }
  const isChoice = place.dataset !== undefined;
  const files = isChoice ? [path] : await filesOf(path);
  if (files.length === 1 && /\.npy$/i.test(files[0]!)) return loadNpy(files[0]!);
  if (files.length === 1 && /\.bin$/i.test(files[0]!)) return loadBinary(files[0]!);
  const numeric = isChoice ? undefined : await loadNumeric(files, onFrame);
  if (numeric) return numeric;
  const sizes: number[] = [];
  let first: Stack | undefined;
  for (const file of files) {
    const stack = await openStack(file);
    await stack.close();
    first ??= stack;
    sizes.push(stack.frames);
    if (stack.cut !== undefined) onCut(`${file}: ${stack.cut}`);
    if (describeShape(stack) === describeShape(first)) continue;
    throw new StackError({
      where: file,
      expected: `${describeShape(first)}, as ${files[0]}`,
      received: describeShape(stack),
      remedy: 'move it out of the folder, or open it by its own name',
    });
  }
  const frames = sizes.reduce((sum, size) => sum + size, 0);
  const values = roomForFrames(first!, frames);
  const { width, height } = first!;
  let read = 0;
  for (const [index, file] of files.entries()) {
    const stack = await openStack(file);
    try {
      const ids = Array.from({ length: sizes[index]! }, (_, frame) => frame);
      await readFrames(stack, ids, values.subarray(read * width * height), () => onFrame(++read, frames));
    } finally {
      await stack.close();
    }
  }
  return { shape: [frames, height, width], values };
}

/** The file itself, or the TIFFs of a folder; the folder where it has none. */
async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const tiffs = (await readdir(path)).filter((name) => /\.tiff?$/i.test(name));
    if (tiffs.length === 0) return [path];
    const { compare } = new Intl.Collator('en', { numeric: true });
    return tiffs.sort(compare).map((name) => join(path, name));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Images of TIFFs of numbers that no camera has, one after the other; undefined where the first is none. */
async function loadNumeric(files: readonly string[], onFrame: OnFrame): Promise<NdArray | undefined> {
  if ((await stat(files[0]!)).isDirectory()) return;
  const parts: NdArray[] = [];
  let read = 0;
  for (const file of files) {
    const part = await loadNumericTiff(file, (_, frames) => onFrame(++read, files.length * frames));
    const [first = part] = parts;
    if (!first) return;
    if (!part || describe(part) !== describe(first)) {
      throw new StackError({
        where: file,
        expected: `${describe(first)}, as ${files[0]}`,
        received: part ? describe(part) : 'other pixels',
        remedy: 'move it out of the folder, or open it by its own name',
      });
    }
    parts.push(part);
  }
  if (parts.length === 1) return parts[0];
  const [{ shape, values: some }] = parts as [NdArray];
  const frames = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const values = emptyLike(some, frames * shape[1]! * shape[2]!);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { shape: [frames, shape[1]!, shape[2]!], values };
}

const describe = ({ shape, values }: NdArray) => `${shape[2]} x ${shape[1]} ${typeName(values)}`;

async function loadNpy(path: string): Promise<NdArray> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const { shape, data, dtype } = decodeNpy(bytes, path);
  const isImages = (shape.length === 2 || shape.length === 3) && shape.every((axis) => axis > 0);
  if (!isImages || data instanceof BigInt64Array || data instanceof BigUint64Array) {
    throw new StackError({
      where: path,
      expected: 'images [frame, row, column] of at most 32 bits a whole number',
      received: `[${shape.join(', ')}] of ${dtype}`,
    });
  }
  return { shape: shape.length === 2 ? [1, ...shape] : shape, values: data };
}
