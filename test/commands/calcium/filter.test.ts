import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gaussianFilter } from '#calcium/gaussian-filter.ts';
import { medianFilter } from '#calcium/median-filter.ts';
import { loadImages } from '#calcium-files/load-images.ts';
import { decodeNpy, encodeNpy } from '#protocol/npy.ts';
import { createRandom } from '#simulation/random.ts';
import { runCommand, startCommand } from '../../support/cli.ts';
import { gpuSkipReason, gpuTestEnv } from '../../support/gpu-adapter.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

const SHAPE = [9, 10, 13];
const random = createRandom(31);
const values = Uint16Array.from({ length: 9 * 10 * 13 }, () => 4096 * random.uniform());
const IMAGES = { shape: SHAPE, values };
writeFileSync(at('movie.npy'), encodeNpy(values, SHAPE));

const filter = (...args: string[]) => runCommand('calcium', 'filter', at('movie.npy'), ...args);

test('calcium filter writes the median as a TIFF and the Gaussian in float32', async () => {
  const [median, gaussian] = await Promise.all([
    filter('--median', '3x1x3', '--engine', 'cpu', '--out', at('median.tif')),
    filter('--gaussian', '0,1.5,1', '--engine', 'cpu', '--out', at('gaussian.npy')),
  ]);
  expect([median.code, gaussian.code, median.stdout]).toEqual([0, 0, '']);
  expect(median.stderr).toMatch(
    /^CPU: asked for\n(?:.*\n)*.*9 of 9 frames filtered.*\n.*median\.tif: 9 frames of 13 x 10 px\n$/,
  );
  const mask = { shape: [3, 1, 3], values: new Uint8Array(9).fill(1) };
  expect(await loadImages(at('median.tif'))).toEqual(medianFilter(IMAGES, { mask }));
  const want = gaussianFilter(IMAGES, { sigma: [0, 1.5, 1] });
  expect(decodeNpy(readFileSync(at('gaussian.npy')))).toMatchObject({ shape: SHAPE, data: want.values });
});

const noGpu = gpuSkipReason();
test.skipIf(noGpu)(
  `calcium filter takes the GPU that is asked for${noGpu ? ` (skipped: ${noGpu})` : ''}`,
  async () => {
    const args = [
      'calcium',
      'filter',
      at('movie.npy'),
      '--median',
      '3x3x3',
      '--engine',
      'gpu',
      '--out',
      at('gpu.npy'),
    ];
    const { code, stderr } = await startCommand(args, gpuTestEnv()).done;
    expect(stderr).toMatch(/^GPU /);
    expect(stderr).not.toContain('the CPU filters');
    expect(code).toBe(0);
    expect(decodeNpy(readFileSync(at('gpu.npy'))).data).toEqual(medianFilter(IMAGES).values);
  },
);

test('calcium filter says what is wrong', async () => {
  const wrong = await Promise.all([
    filter('--out', at('x.npy')),
    filter('--median', '3x3x3', '--gaussian', '1', '--out', at('x.npy')),
    filter('--median', '3x3', '--out', at('x.npy')),
    filter('--gaussian', '1,2', '--out', at('x.npy')),
    filter('--gaussian', '1', '--out', at('x.csv')),
  ]);
  expect(wrong.map(({ stderr }) => stderr.split('\n').findLast((line) => line.startsWith('E_')))).toEqual([
    expect.stringMatching(/expected --median or --gaussian, received neither/),
    expect.stringMatching(/expected --median or --gaussian, received both/),
    expect.stringMatching(/--median: expected a box such as 3x3x3, received '3x3'/),
    expect.stringMatching(/--gaussian: expected 1 or three such as 0,1,1, received '1,2'/),
    expect.stringMatching(/--out: expected a name that ends in \.tif or \.npy/),
  ]);
  for (const { code } of wrong) expect(code).toBe(1);
  expect(existsSync(at('x.npy'))).toBe(false);
});
