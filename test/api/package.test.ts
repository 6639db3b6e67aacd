import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
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

/** The program in the README, which tracks two frames of a simulated bead. */
const TRACK = /```js\n(import [\s\S]*?)```/.exec(README)![1]!;

test("the README's program tracks its simulated bead with the built package", async () => {
  const printed = `${TRACK.replace(/console.log.*/, '')}console.log(JSON.stringify([...xPx, ...yPx, ...zNm]));`;
  const folder = projectWith('track.mjs', printed);
  const { stdout, stderr } = await run(process.execPath, ['track.mjs'], { cwd: folder });
  const [x0, x1, y0, y1, z0, z1] = JSON.parse(stdout) as number[];
  expect(stderr).toBe('');
  // px: the reference's own error; nm: its bias by sub-pixel phase
  for (const error of [x0! - 33.3, y0! - 31.3, x1! - 31.6, y1! - 34.1])
    expect(Math.abs(error)).toBeLessThan(0.03);
  for (const error of [z0! - 1480, z1! - 2010]) expect(Math.abs(error)).toBeLessThan(50);
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

test('the package offers every function the README names', async () => {
  const names = Object.keys(await import('#api/index.ts'));
  const section = /## Coming from MagTrack\n[\s\S]*?\n## /.exec(README)![0];
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...row.split('|')[2]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});
