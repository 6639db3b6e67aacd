import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { pythonWith, skippedWithout } from '../../support/python.ts';
import { readStack } from '../../support/read-stack.ts';
import { runPython } from '../../support/run-python.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();

const MAKE = `
import json, sys, numpy as np, tifffile
for number, case in enumerate(json.load(open(sys.argv[1] + '/cases.json'))):
    pixels = np.random.default_rng(case['seed']).integers(0, 2**32, case['shape'], dtype='u4')
    pixels = (pixels % 65521 / 8 - 99).astype('f4') if case['dtype'] == 'f4' else pixels.astype(case['dtype'])
    pixels.astype('<' + case['dtype']).tofile(f"{sys.argv[1]}/{number}.truth")
    how = {key: case[key] for key in ('byteorder', 'bigtiff', 'tile', 'rowsperstrip', 'compression', 'predictor') if case[key]}
    tifffile.imwrite(f"{sys.argv[1]}/{number}.tif", pixels, photometric='minisblack', metadata=None, **how)
`;

/** What tifffile of Debian can write without its codecs. */
const kinds = fc.record({
  dtype: fc.constantFrom('u1', 'u2', 'f4'),
  shape: fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    // It takes an axis of length 1 for none.
    fc.integer({ min: 2, max: 70 }),
    fc.integer({ min: 2, max: 70 }),
  ),
  byteorder: fc.constantFrom('<', '>'),
  bigtiff: fc.boolean(),
  tile: fc.constantFrom(null, null, [16, 32], [32, 16]),
  rowsperstrip: fc.constantFrom(0, 1, 7),
  compression: fc.constantFrom(null, 'deflate'),
  predictor: fc.boolean(),
  seed: fc.nat(),
});

describe(`stacks that tifffile makes${skippedWithout('tifffile')}`, () => {
  test.skipIf(!pythonWith('tifffile'))(
    'of every depth, byte order, layout and compression are read bit by bit, and cut off anywhere as far as they go',
    async () => {
      const cases = fc.sample(kinds, { seed: 41, numRuns: 120 }).map((each) => ({
        ...each,
        rowsperstrip: each.tile ? 0 : Math.min(each.rowsperstrip, each.shape[1]),
        predictor: each.predictor && each.compression === 'deflate' && each.dtype !== 'f4',
      }));
      writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
      runPython(['tifffile'], MAKE, folder);
      const { uint32 } = createRandom(43);
      for (const [number, { shape, dtype, ...how }] of cases.entries()) {
        const name = `${number}: ${shape} ${dtype} ${JSON.stringify(how)}`;
        const path = join(folder, `${number}.tif`);
        const truth = readFileSync(join(folder, `${number}.truth`));
        const [frames, height, width] = shape;
        const stack = await readStack(path);
        expect(stack, name).toMatchObject({ frames, height, width });
        expect(stack.cut).toBeUndefined();
        expect(bytesOf(stack.pages).equals(truth), name).toBe(true);

        const whole = readFileSync(path);
        const length = uint32() % whole.length;
        writeFileSync(path, whole.subarray(0, length));
        const cut = await readStack(path).catch((error: Error) => error);
        if (cut instanceof Error) {
          expect(cut.name, name).toBe('StackError');
          continue;
        }
        expect(bytesOf(cut.pages).equals(truth.subarray(0, (truth.length / frames) * cut.frames)), name).toBe(
          true,
        );
        // tifffile may end a file with bytes that belong to no page.
        if (cut.frames < frames) expect(cut.cut, `${name} at ${length}`).toMatch(/^the file is cut off/);
      }
    },
  );

  test.skipIf(!pythonWith('tifffile'))(
    'OME-TIFF: channels, planes, times and places of every plane',
    async () => {
      const script = `
import sys, numpy as np, tifffile
pixels = np.arange(2 * 3 * 2 * 4 * 5, dtype='u2').reshape(2, 3, 2, 4, 5)
planes = [(t, c, z) for t in range(2) for c in range(3) for z in range(2)]
metadata = dict(axes='TCZYX', TimeIncrement=0.5, TimeIncrementUnit='s', PhysicalSizeZ=0.2, PhysicalSizeZUnit='µm')
tifffile.imwrite(sys.argv[1] + '/step.ome.tif', pixels, metadata=metadata)
metadata['Plane'] = dict(DeltaT=[100 * t + 10 * z + c for t, c, z in planes], DeltaTUnit=['ms'] * 12,
                         PositionZ=[7 + z * 1.5 for t, c, z in planes], PositionZUnit=['µm'] * 12)
tifffile.imwrite(sys.argv[1] + '/each.ome.tif', pixels, metadata=metadata)`;
      runPython(['tifffile'], script, folder);
      const first = async (path: string) => (await readStack(path)).pages.map((page) => page[0]! / 20);
      const step = join(folder, 'step.ome.tif');
      await expect(readStack(step)).rejects.toThrow('expected one channel of 3, one plane of 2');
      expect(await first(`${step}#ch=2`)).toEqual([2, 3, 8, 9]);
      expect(await first(`${step}#ch=3&plane=2`)).toEqual([5, 11]);
      expect((await readStack(`${step}#ch=3&plane=2`)).timeNs).toEqual(BigInt64Array.of(0n, 500_000_000n));
      // Planes that share a time have none.
      expect((await readStack(`${step}#ch=2`)).timeNs).toBeUndefined();
      expect((await readStack(`${step}#ch=2`)).planeZNm).toEqual(Float64Array.of(0, 200, 0, 200));
      const each = await readStack(`${join(folder, 'each.ome.tif')}#ch=2`);
      expect(each.timeNs).toEqual(BigInt64Array.of(0n, 10_000_000n, 100_000_000n, 110_000_000n));
      expect(each.planeZNm).toEqual(Float64Array.of(7000, 8500, 7000, 8500));
    },
  );
});

const bytesOf = (pages: readonly ArrayBufferView[]) =>
  Buffer.concat(
    pages.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
