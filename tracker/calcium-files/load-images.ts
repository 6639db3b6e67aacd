import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NdArray } from '#calcium/nd-array.ts';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import type { Stack } from '#camera-adapters/stacks/stack.ts';
import { unreadable } from '#camera-adapters/stacks/stack-file.ts';
import { StackError } from '#protocol/errors.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { describeShape } from '#protocol/pixel-format.ts';
import { loadBinary } from './binary-video.ts';
import { type OnFrame, readFrames, roomForFrames } from './read-stack.ts';
import { loadSignedTiff } from './signed-tiff.ts';

/**
 * Images of a file, or of every TIFF of a folder one after the other in the order of their names, numbers by value.
 *
 * A folder without a TIFF, and any other file, is read as `openStack` does; .npy and .bin keep every type of values.
 *
 * @returns [frame, row, column]; one image is one frame
 * @throws {StackError} naming the first file that cannot be read, or has other images than the first of the folder
 */
export async function loadImages(path: string, onFrame: OnFrame = () => {}): Promise<NdArray> {
  const files = await filesOf(path);
  if (files.length === 1 && /\.npy$/i.test(files[0]!)) return loadNpy(files[0]!);
  if (files.length === 1 && /\.bin$/i.test(files[0]!)) return loadBinary(files[0]!);
  const signed = await loadSigned(files, onFrame);
  if (signed) return signed;
  const sizes: number[] = [];
  let first: Stack | undefined;
  for (const file of files) {
    const stack = await openStack(file);
    await stack.close();
    first ??= stack;
    sizes.push(stack.frames);
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

/** Images of signed TIFFs one after the other; undefined where the first is none. */
async function loadSigned(files: readonly string[], onFrame: OnFrame): Promise<NdArray | undefined> {
  if ((await stat(files[0]!)).isDirectory()) return;
  const parts: NdArray<Int16Array>[] = [];
  let read = 0;
  for (const file of files) {
    const part = await loadSignedTiff(file, (_, frames) => onFrame(++read, files.length * frames));
    const [first = part] = parts;
    if (!first) return;
    if (!part || part.shape.slice(1).join() !== first.shape.slice(1).join()) {
      throw new StackError({
        where: file,
        expected: `${first.shape[2]} x ${first.shape[1]} signed 16-bit, as ${files[0]}`,
        received: part ? `${part.shape[2]} x ${part.shape[1]}` : 'other pixels',
        remedy: 'move it out of the folder, or open it by its own name',
      });
    }
    parts.push(part);
  }
  if (parts.length === 1) return parts[0];
  const frames = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const [, height, width] = parts[0]!.shape as [number, number, number];
  const values = new Int16Array(frames * height * width);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { shape: [frames, height, width], values };
}

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
