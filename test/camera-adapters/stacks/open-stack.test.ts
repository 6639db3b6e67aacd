import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { StackError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { readStack } from '../../support/read-stack.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('files that are no stack', () => {
  test.each<[string, Uint8Array, string]>([
    ['page.pdf', Buffer.from('%PDF-1.7'), 'a file that starts with bytes 25 50 44 46 2d 31 2e 37'],
    ['table.tif', Buffer.from('x,y'), 'a file that starts with bytes 78 2c 79'],
    ['nothing.tif', new Uint8Array(0), 'an empty file'],
  ])('%s: the formats we read are named', async (name, bytes, received) => {
    const path = save(name, bytes);
    const error = await openStack(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StackError);
    expect((error as StackError).message).toBe(
      `${path}: expected a TIFF, .npy, .npz, HDF5, TDMS, .gmv, video, PNG or JPEG file, pixels in .bin with a .json beside it, a Zarr folder or one of images, received ${received}`,
    );
  });

  test('a path that does not exist is named', async () => {
    const path = join(folder, 'absent.tif');
    const error = await openStack(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StackError);
    expect((error as StackError).message).toContain(
      `${path}: expected a file or folder that can be read, received ENOENT`,
    );
  });
});

test('the content of a file decides, not its name', async () => {
  const pixels = Uint8Array.from({ length: 24 }, (_, i) => i);
  const stack = await readStack(save('stack.tif', encodeNpy(pixels, [2, 3, 4])));
  expect(stack.pages).toEqual([pixels.slice(0, 12), pixels.slice(12)]);
});
