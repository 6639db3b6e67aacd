import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadImages } from '#calcium-files/load-images.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { encodeNpz } from '#protocol/npz.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTiff } from '../support/tiff-writer.ts';

const page = (first: number) => Uint16Array.from({ length: 12 }, (_, at) => first + at);
const tiff = (...firsts: number[]) => writeTiff(firsts.map(page), { width: 4, height: 3 });

/** A folder with these files. */
function folderOf(files: Record<string, Uint8Array>): string {
  const folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

test('a folder of TIFFs is one stack, in the order of the numbers in their names', async () => {
  const folder = folderOf({ 'b10.tif': tiff(500), 'b9.TIF': tiff(300, 400), 'b1.tiff': tiff(100) });
  writeFileSync(join(folder, 'notes.txt'), 'none');
  const told: number[][] = [];
  const { shape, values } = await loadImages(folder, (read, frames) => told.push([read, frames]));
  expect(shape).toEqual([4, 3, 4]);
  expect([...values]).toEqual([100, 300, 400, 500].flatMap((first) => [...page(first)]));
  expect(told).toEqual([1, 2, 3, 4].map((read) => [read, 4]));
});

test('a file of another shape is refused by name', async () => {
  const wide = writeTiff([page(0)], { width: 6, height: 2 });
  const folder = folderOf({ 'a1.tif': tiff(1), 'a2.tif': wide });
  await expect(loadImages(folder)).rejects.toThrow(/a2\.tif: expected 4 x 3 mono16, .*received 6 x 2 mono16/);
});

test('signed counts keep their sign, deflated with differences of neighbors and in a folder of several', async () => {
  const signed = { width: 4, height: 3, tags: { 339: 2 }, deflate: true, predictor: true };
  const counts = (first: number) => Int16Array.from(page(0), (count) => first - 5 * count);
  const file = (first: number) => writeTiff([new Uint16Array(counts(first).buffer)], signed);
  const folder = folderOf({ 'a1.tif': file(3), 'a2.tif': file(-30000) });
  const values = Int16Array.of(...counts(3), ...counts(-30000));
  expect(await loadImages(folder)).toEqual({ shape: [2, 3, 4], values });
  writeFileSync(join(folder, 'a3.tif'), tiff(1));
  await expect(loadImages(folder)).rejects.toThrow(/a3\.tif: expected 4 x 3 int16, as/);
  writeFileSync(join(folder, 'a3.tif'), file(3).subarray(0, -2));
  await expect(loadImages(folder)).rejects.toMatchObject({ code: 'E_STACK' });
});

test('a file that is cut off is refused by name', async () => {
  const folder = folderOf({ 'a1.tif': tiff(1), 'a2.tif': tiff(2).subarray(0, -5) });
  await expect(loadImages(folder)).rejects.toMatchObject({ message: expect.stringMatching(/a2\.tif/) });
});

test('arrays of signed counts keep their sign', async () => {
  const values = Int16Array.of(-3, 2, 1, 0, 5, -6);
  const folder = folderOf({ 'a.npy': encodeNpy(values, [2, 3]), 'b.npy': encodeNpy(values, [6]) });
  expect(await loadImages(join(folder, 'a.npy'))).toEqual({ shape: [1, 2, 3], values });
  await expect(loadImages(join(folder, 'b.npy'))).rejects.toThrow(/b\.npy: expected images .*received \[6\]/);
});

test('arrays of a .npz keep their type; of one that is cut off, the frames before are read and the rest is told', async () => {
  const stack = { data: Int16Array.from(page(0), (count) => -count), shape: [3, 2, 2] };
  const ids = { data: BigInt64Array.of(1n), shape: [1, 1, 1] };
  const folder = folderOf({ 'a.npz': encodeNpz({ ids, stack }) });
  const path = join(folder, 'a.npz#stack');
  expect(await loadImages(path)).toEqual({ shape: [3, 2, 2], values: stack.data });
  await expect(loadImages(join(folder, 'a.npz'))).rejects.toThrow(
    /a\.npz#ids: expected whole numbers .*received i8/,
  );
  const told: string[] = [];
  // 39 bytes before the array, 128 of its header, and one frame and a half.
  writeFileSync(join(folder, 'cut.npz'), encodeNpz({ stack }).subarray(0, 39 + 128 + 12));
  const { values } = await loadImages(join(folder, 'cut.npz'), undefined, (text) => told.push(text));
  expect(values).toEqual(stack.data.slice(0, 4));
  expect(told).toEqual([
    expect.stringMatching(/cut\.npz#stack: the file is cut off: frames 1 to 2 of 3 are missing/),
  ]);
});

test('an empty folder and a missing file are refused by name', async () => {
  const folder = folderOf({});
  await expect(loadImages(folder)).rejects.toMatchObject({ code: 'E_STACK' });
  await expect(loadImages(join(folder, 'x.tif'))).rejects.toThrow(/x\.tif: expected a file or folder/);
});
