import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode as encodePng } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTiff } from '../../support/tiff-writer.ts';

const root = temporaryFolder();
const [width, height] = [7, 5];

const page = (count: number) => new Uint8Array(width * height).fill(count);
const png = (count: number, size = { width, height }) =>
  encodePng({ ...size, channels: 1, depth: 8, data: new Uint8Array(size.width * size.height).fill(count) });
const tiff = (...counts: number[]) => writeTiff(counts.map(page), { width, height });

function folderOf(name: string, files: Record<string, Uint8Array>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, file), bytes);
  return folder;
}

describe('a folder of images', () => {
  test('is a stack in the order of names, numbers by value, other files left alone', async () => {
    const folder = folderOf('mixed', {
      'f10.tif': tiff(10),
      'f2.png': png(2),
      'f1.PNG': png(1),
      'f3.tiff': tiff(3),
      'README.md': Buffer.from('notes'),
      'f2.csv': Buffer.from('0'),
    });
    const stack = await readStack(folder);
    expect(stack).toMatchObject({ frames: 4, width, height, pixelFormat: 'mono8' });
    expect(stack.pages).toEqual([page(1), page(2), page(3), page(10)]);
  });

  test.each<[string, Record<string, Uint8Array>, string]>([
    [
      'of another size',
      { 'b.png': png(1, { width: 5, height: 7 }) },
      'b.png: expected one frame of 7 x 5 mono8',
    ],
    ['with two frames', { 'b.tif': tiff(1, 2) }, 'received 2 frames of 7 x 5 mono8'],
    ['that is none', { 'b.png': Buffer.from('no image') }, 'b.png: expected a TIFF'],
  ])('with an image %s is refused, naming it', async (name, files, text) => {
    const folder = folderOf(name, { 'a.png': png(1), ...files, 'c.png': png(1) });
    await expect(openStack(folder)).rejects.toThrow(text);
  });

  test('without images is refused', async () => {
    const folder = folderOf('empty', { 'README.md': Buffer.from('notes') });
    await expect(openStack(folder)).rejects.toThrow(
      `${folder}: expected a folder of .png, .jpg or .tif images, received none`,
    );
  });
});
