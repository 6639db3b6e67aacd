import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { readZLut, writeZLut } from '#protocol/z-lut-file.ts';
import { readBeadZLuts } from '#tracker/commands/bead-z-luts.ts';
import { csvColumns, runCommand } from '../support/cli.ts';
import { startServe } from '../support/live-process.ts';
import { heightsNm, sampledZLut } from '../support/sampled-z-lut.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/beads/${name}`, import.meta.url));
const folder = temporaryFolder();
const out = (name: string) => join(folder, name);
const BEADS = [0, 1, 2] as const;
const SHIFT_NM = 1000;
let places: { xPx: number; yPx: number }[];

beforeAll(async () => {
  const sweep = ['zlut', 'build', fixture('sweep.npy'), '--z', fixture('sweep.csv'), '--frames', '::2'];
  expect((await runCommand(...sweep, '--out', out('first.zlut'))).code).toBe(0);
  const first = await readZLut(out('first.zlut'));
  mkdirSync(out('own'));
  await writeZLut(out('own/bead-0.zlut'), first);
  const planeZNm = first.planeZNm.map((zNm) => zNm + SHIFT_NM);
  await writeZLut(out('own/bead-1.zlut'), { ...first, planeZNm });
  const truth = csvColumns(readFileSync(fixture('field-truth.csv'), 'utf8'));
  places = BEADS.map((bead) => ({ xPx: truth.xPx![bead]!, yPx: truth.yPx![bead]! }));
  const { roiSize } = first.method!;
  const lines = places.map(({ xPx, yPx }, bead) => `${bead},${xPx},${yPx},${roiSize}\n`);
  writeFileSync(out('rois.csv'), `bead,xPx,yPx,size\n${lines.join('')}`);
});

function track(zLut: string, csv: string, ...more: string[]) {
  const rois = more.includes('--rois') ? [] : ['--rois', out('rois.csv')];
  const args = ['track', fixture('field.npy'), '--zlut', out(zLut), '--out', out(csv), ...rois, ...more];
  return runCommand(...args, '--engine', 'reference');
}

/** [bead][frame] */
function heights(csv: string): number[][] {
  const { bead, zNm } = csvColumns(readFileSync(out(csv), 'utf8'));
  return BEADS.map((id) => zNm!.filter((_, row) => bead![row] === id));
}

test('each bead is tracked with the Z-LUT of its own, and one without gets no z', async () => {
  expect((await track('first.zlut', 'shared.csv')).code).toBe(0);
  expect((await track('own', 'own.csv')).code).toBe(0);
  const [shared, own] = [heights('shared.csv'), heights('own.csv')];
  expect(shared.flat().filter(Number.isFinite).length).toBe(18);
  expect(own[0]).toEqual(shared[0]);
  // The digits of the file.
  for (const [frame, zNm] of own[1]!.entries()) expect(zNm).toBeCloseTo(shared[1]![frame]! + SHIFT_NM, 2);
  expect(own[2]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});

test('a list names the files beside it, of which several beads may share one', async () => {
  writeFileSync(out('list.csv'), 'bead,file\n2,own/bead-1.zlut\n1,"own/bead-1.zlut"\n\n9,first.zlut\n');
  const { code, stderr } = await track('list.csv', 'list-tracks.csv');
  expect(code).toBe(0);
  expect(stderr).toContain('Z-LUTs without an ROI: of bead 9');
  expect((await track('own', 'own-again.csv')).code).toBe(0);
  const [listed, own] = [heights('list-tracks.csv'), heights('own-again.csv')];
  expect(listed[0]!.every(Number.isNaN)).toBe(true);
  expect(listed[1]).toEqual(own[1]);
  expect(listed[2]!.filter(Number.isFinite).length).toBe(6);
});

test('beads that are numbered as they are found are refused', async () => {
  const { code, stderr } = await track('own', 'auto.csv', '--rois', 'auto');
  expect(code).toBe(1);
  expect(stderr).toMatch(/E_CONFIG --rois: expected a CSV file of ROIs.*'auto'.*one Z-LUT for all/s);
});

test('a Z-LUT of another ROI size or method is refused with the bead and both named', async () => {
  const small = out('small.csv');
  writeFileSync(small, `bead,xPx,yPx,size\n1,${places[1]!.xPx},${places[1]!.yPx},40\n`);
  const size = await track('own', 'size.csv', '--rois', small);
  expect(size.code).toBe(1);
  expect(size.stderr).toMatch(
    /E_ZLUT bead 1 Z-LUT bead-1.zlut: expected 20 radii for its ROI of 40 px.*\d+ px/,
  );
  const method = await track('own', 'method.csv', '--preset', 'quadrant');
  expect(method.code).toBe(1);
  expect(method.stderr).toMatch(/E_ZLUT bead 0 Z-LUT bead-0.zlut.*bins interpolate.*received.*bins nearest/s);
});

test('serve tracks with a folder, by option and by setting, as it is tracked offline', async () => {
  const settings = out('settings.toml');
  writeFileSync(settings, `[zLut]\nfile = ${JSON.stringify(out('own'))}\n`);
  const engine = ['--engine', 'reference'];
  expect((await track('own', 'offline.csv')).code).toBe(0);
  for (const [name, said] of [
    ['option', ['--zlut', out('own')]],
    ['setting', ['--config', settings]],
  ] as const) {
    const home = out(name);
    mkdirSync(home);
    const serve = await startServe(home, [], {
      args: ['--rois', out('rois.csv'), ...said, ...engine, '--out', join(home, 'runs')],
    });
    const camera = ['camera', 'replay', fixture('field.npy'), '--to', serve.url, '--pace', 'fast'];
    expect((await runCommand(...camera)).code).toBe(0);
    const { folder: run } = await serve.stop();
    expect((await runCommand('export', run, '--to', out(`${name}.csv`))).code).toBe(0);
    const [live, offline] = [heights(`${name}.csv`), heights('offline.csv')];
    expect(live[1]!.filter(Number.isFinite).length).toBe(6);
    expect(live).toEqual(offline);
  }
});

test('serve refuses a camera where a Z-LUT is of another ROI size than its bead, with both named', async () => {
  const { xPx, yPx } = places[1]!;
  const args = [
    '--roi-size',
    '40',
    '--rois',
    out('unfit.csv'),
    '--zlut',
    out('own'),
    '--engine',
    'reference',
  ];
  writeFileSync(out('unfit.csv'), `bead,xPx,yPx\n1,${xPx},${yPx}\n`);
  const serve = await startServe(folder, [], { args: [...args, '--no-record'] });
  const camera = await runCommand('camera', 'replay', fixture('field.npy'), '--to', serve.url);
  expect(camera.code).toBe(1);
  expect(camera.stderr).toMatch(/bead 1 Z-LUT bead-1.zlut: expected 20 radii for its ROI of 40 px.*\d+ px/);
  await serve.stop();
});

test('a folder without Z-LUTs of beads, or with two of one, is refused by name', async () => {
  mkdirSync(out('empty'));
  await writeZLut(out('empty/other.zlut'), sampledZLut('other', heightsNm(0, 500, 50)));
  await expect(readBeadZLuts(out('empty'))).rejects.toThrow(/empty: expected .*bead-ID.zlut.*none/s);
  await writeZLut(out('empty/bead-4.zlut'), sampledZLut('4', heightsNm(0, 500, 50)));
  expect((await readBeadZLuts(out('empty'))).beads).toEqual([4]);
  await writeZLut(out('empty/bead-4.csv'), sampledZLut('4', heightsNm(0, 500, 50)));
  await expect(readBeadZLuts(out('empty'))).rejects.toThrow(/bead 4.*bead-4.csv and bead-4.zlut/s);
});

test.each([
  ['bead,file\n1,a.zlut\n1,b.zlut\n', /line 3.*one Z-LUT of bead 1/s],
  ['bead,file\none,a.zlut\n', /line 2.*'one,a.zlut'/s],
  ['bead,zLut\n1,a.zlut\n', /line 1: expected bead,file, received bead,zLut/],
  ['bead,file\n', /at least one bead/],
  ['bead,file\n1,absent.zlut\n', /absent.zlut.*readable/s],
])('a list that is wrong is refused by its line: %j', async (text, message) => {
  writeFileSync(out('wrong.csv'), text);
  await expect(readBeadZLuts(out('wrong.csv'))).rejects.toThrow(message);
});

test('the CSV of one Z-LUT is no list: it is for all beads', async () => {
  await writeZLut(out('one.csv'), sampledZLut('one', heightsNm(0, 500, 50)));
  const { beads, of } = await readBeadZLuts(out('one.csv'));
  expect(beads).toBeNull();
  expect(of(7)?.planes).toBe(11);
});
