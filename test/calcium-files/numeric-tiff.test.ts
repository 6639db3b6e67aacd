import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NdValues } from '#calcium/nd-array.ts';
import { encodeTiff } from '#calcium-files/encode-tiff.ts';
import { loadImages } from '#calcium-files/load-images.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const [FRAMES, ROWS, COLUMNS] = [3, 5, 7];
const length = FRAMES * ROWS * COLUMNS;

/** Values that need all the bits of their type. */
const STACKS: [name: string, values: NdValues][] = [
  ['uint8', Uint8Array.from({ length }, (_, i) => 37 * i)],
  ['int8', Int8Array.from({ length }, (_, i) => 37 * i)],
  ['uint16', Uint16Array.from({ length }, (_, i) => 1009 * i)],
  ['int16', Int16Array.from({ length }, (_, i) => 1009 * i)],
  ['uint32', Uint32Array.from({ length }, (_, i) => 123_456_789 * i)],
  ['int32', Int32Array.from({ length }, (_, i) => 123_456_789 * i)],
  ['float32', Float32Array.from({ length }, (_, i) => i / 3 - 10)],
  ['float64', Float64Array.from({ length }, (_, i) => i / 3 - 10)],
];

test.each(STACKS)('%s written as TIFF is read as it was', async (name, values) => {
  const images = { shape: [FRAMES, ROWS, COLUMNS], values };
  const path = join(folder, `${name}.tif`);
  writeFileSync(path, encodeTiff(images));
  const told: number[] = [];
  expect(await loadImages(path, (read) => told.push(read))).toEqual(images);
  expect(told).toEqual([1, 2, 3]);
});

test('a page of another type is refused by its frame', async () => {
  const path = join(folder, 'mixed.tif');
  const bytes = encodeTiff({ shape: [FRAMES, ROWS, COLUMNS], values: STACKS[5]![1] });
  // The entry of the sample format in the last index: tag 339, one SHORT.
  const at = Buffer.from(bytes).lastIndexOf(Buffer.of(0x53, 1, 3, 0, 1, 0, 0, 0));
  bytes[at + 8] = 1;
  writeFileSync(path, bytes);
  await expect(loadImages(path)).rejects.toThrow('frame 2: expected 7 x 5 i4, as frame 0, received 7 x 5 u4');
});

describe(`files of tifffile${skippedWithout('tifffile')}`, () => {
  test.skipIf(!pythonWith('tifffile'))(
    'of every type are read as written, in either byte order and packed',
    async () => {
      const script = `
import numpy as np, sys, tifffile
frames = {name: np.array(values.split(','), dtype='f8').astype(name).reshape(3, 5, 7)
          for name, values in (line.split('=') for line in sys.argv[2:])}
for name, pixels in frames.items():
    for kind, how in dict(plain={}, big=dict(byteorder='>'), tiles=dict(tile=(16, 16)),
                          one=dict(imagej=name in ('uint8', 'uint16', 'int16', 'float32') or None, truncate=True)).items():
        tifffile.imwrite(f'{sys.argv[1]}/{kind}-{name}.tif', pixels, photometric='minisblack', **{k: v for k, v in how.items() if v})
    tifffile.imwrite(f'{sys.argv[1]}/deflate-{name}.tif', pixels, photometric='minisblack', compression='deflate')`;
      runPython(
        ['tifffile'],
        script,
        folder,
        ...STACKS.map(([name, values]) => `${name}=${[...values].join()}`),
      );
      for (const [name, values] of STACKS) {
        for (const kind of ['plain', 'big', 'tiles', 'one', 'deflate']) {
          const read = await loadImages(join(folder, `${kind}-${name}.tif`));
          expect(read, `${kind} ${name}`).toEqual({ shape: [FRAMES, ROWS, COLUMNS], values });
        }
      }
    },
  );
});
