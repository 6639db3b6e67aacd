import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const run = promisify(execFile);

beforeAll(async () => {
  await run('npm', ['run', '-s', 'build:api'], { cwd: ROOT });
});

/** A folder with tweezertrack installed, as far as Node can see, and one file. */
function projectWith(name: string, text: string): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/tweezertrack'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, name), text);
  return folder;
}

const TRACK = `
import { simulateBeads, simulateZLut, stackToXyzp } from 'tweezertrack';
const stack = simulateBeads(Float64Array.of(130, -70, 1480), { sizePx: 64 });
const zLut = simulateZLut(Float64Array.from({ length: 31 }, (_, plane) => 100 * plane), { sizePx: 64 });
const { xPx, yPx, zNm } = stackToXyzp(stack, zLut);
console.log(JSON.stringify([xPx[0], yPx[0], zNm[0]]));
`;

test('a plain JavaScript program tracks a bead with the built package', async () => {
  const folder = projectWith('track.mjs', TRACK);
  const { stdout, stderr } = await run(process.execPath, ['track.mjs'], { cwd: folder });
  const [xPx, yPx, zNm] = JSON.parse(stdout);
  expect(stderr).toBe('');
  // px and nm: the accuracy of the reference near focus, 0.02 px and 100 nm at most.
  expect(Math.abs(xPx - 33.3)).toBeLessThan(0.05);
  expect(Math.abs(yPx - 31.3)).toBeLessThan(0.05);
  expect(Math.abs(zNm - 1480)).toBeLessThan(100);
});

test('a strict TypeScript program finds the types of the built package, and their mistakes', async () => {
  const text = `${TRACK}
    export const centers: Float64Array = xPx;
    // @ts-expect-error: no such background
    import('tweezertrack').then(({ centerOfMass }) => centerOfMass(stack, { background: 'mode' }));
  `;
  const folder = projectWith('track.ts', text);
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom',
  ];
  const checked = await run(process.execPath, [compiler, ...options, '--types', '', 'track.ts'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error);
  expect(checked.stdout).toBe('');
});

test('the package offers these names', async () => {
  const folder = projectWith('names.mjs', "console.log(Object.keys(await import('tweezertrack')).join())");
  const { stdout } = await run(process.execPath, ['names.mjs'], { cwd: folder });
  expect(stdout.trim().split(',').sort()).toEqual([
    'ConfigError',
    'RoiError',
    'StackError',
    'TweezertrackError',
    'ZLutError',
    'autoConv',
    'autoConvMultiline',
    'autoConvMultilineSubPixel',
    'autoConvSubPixel',
    'autoConvolutions',
    'autoConvolutionsMultiline',
    'binmean',
    'centerOfMass',
    'cropStackToRois',
    'fftProfile',
    'fftProfileWholeFrame',
    'gaussian',
    'gaussian2d',
    'lookupZ',
    'parabolicVertex',
    'pearson',
    'qi',
    'qiQuadraticOffsets',
    'qiSampleAxisProfiles',
    'radialProfile',
    'simulateBeads',
    'simulateZLut',
    'stackToXyzp',
    'stackToXyzpAdvanced',
    'zLutFromMatrix',
    'zLutToMatrix',
  ]);
});
