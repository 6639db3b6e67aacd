import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadImages } from '#calcium-files/load-images.ts';
import { saveImages } from '#calcium-files/save-images.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const counts = (frames: number) => ({
  shape: [frames, 3, 5],
  values: Uint16Array.from({ length: 15 * frames }, (_, at) => 7 * at),
});

test.each([Uint8Array, Uint16Array, Int16Array, Float32Array] as const)(
  'images of %s come back as they were, of odd sizes too',
  async (Type) => {
    const images = {
      shape: [3, 3, 5],
      values: new Type(
        Array.from(counts(3).values, (count) => (count % 200) - (Type === Int16Array ? 90 : 0)),
      ),
    };
    const path = join(folder, `${Type.name}.tif`);
    expect(await saveImages(path, images)).toEqual([path]);
    expect(await loadImages(path)).toEqual(images);
  },
);

test('more than a file may hold goes into several, which are one stack again', async () => {
  const path = join(folder, 'parts', 'a.tif');
  const files = await saveImages(path, counts(5), { sizeCapGb: 6e-8 });
  expect(files.map((file) => file.slice(folder.length))).toEqual([0, 1, 2].map((n) => `/parts/a_0${n}.tif`));
  expect(await loadImages(join(folder, 'parts'))).toEqual(counts(5));
});

test('nothing is written over, nor begun where a later file is there', async () => {
  const path = join(folder, 'kept', 'a.tif');
  await saveImages(join(folder, 'kept', 'a_02.tif'), counts(1));
  await expect(saveImages(path, counts(5), { sizeCapGb: 6e-8 })).rejects.toMatchObject({
    code: 'E_OUTPUT_EXISTS',
  });
  expect(existsSync(join(folder, 'kept', 'a_00.tif'))).toBe(false);
  expect(await saveImages(path, counts(5), { sizeCapGb: 6e-8, force: true })).toHaveLength(3);
});
