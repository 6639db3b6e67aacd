import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportCellsOf, exportRun } from '#exports/export-run.ts';
import { RecordingError, StackError, ZLutError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { encodeNpz } from '#protocol/npz.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import { infoOf } from '#tracker/commands/info.ts';
import { runCommand } from '../support/cli.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { recordRun } from '../support/recorded-run.ts';
import { runPython } from '../support/run-python.ts';
import { writeTdmsSegment } from '../support/tdms-writer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
const run = await recordRun(join(root), 'run', { frames: 20, beads: 3, cells: 2 });
const at = (name: string) => join(root, name);
const real = new URL('../../../shared/data/real/', import.meta.url).pathname;

function cutCopy(of: string, name: string, bytes: number): string {
  copyFileSync(of, at(name));
  truncateSync(at(name), readFileSync(of).length - bytes);
  return at(name);
}

describe('recordings', () => {
  test('a run folder tells its record and how far each stream reaches', async () => {
    expect(await infoOf(run)).toMatchObject({
      kind: 'run folder',
      format: 'tweezertrack-run/1',
      state: 'ended',
      camera: { camera: 'simulated', width: 64, height: 48 },
      pipeline: ['center-of-mass'],
      beads: [3, 10, 17],
      cells: [{ fromFrame: 0, cells: 2 }],
      streams: {
        'tracks.arrows': { rows: 60, batches: 2, state: 'whole' },
        'frames.arrows': { state: 'whole' },
        'cells.arrows': { rows: 40, batches: 2, state: 'whole' },
      },
    });
    expect(await infoOf(root)).toMatchObject({ kind: 'folder of recordings', runs: ['run'] });
  });

  test('a stream tells its columns, its units and whether it is cut off', async () => {
    const whole = await infoOf(join(run, 'tracks.arrows'));
    expect(whole).toMatchObject({
      kind: 'Arrow stream',
      rows: 60,
      state: 'whole',
      columns: { xPx: 'Float64' },
    });
    expect(whole).toMatchObject({ units: { xPx: 'px' }, plan: [{ stage: 'center-of-mass' }] });
    const cut = await infoOf(cutCopy(join(run, 'cells.arrows'), 'cut.arrows', 20));
    expect(cut).toMatchObject({ format: 'tweezertrack-cells/1', rows: 20, batches: 1 });
    expect(cut.state).toMatch(/\d{3,} bytes of a batch that is not whole/);
  });
});

describe('exports', () => {
  const facts = { format: 'tweezertrack-export/1', source: { name: 'run', rows: 60 } };

  test.each([
    ['run.parquet', 'Parquet', { rows: 60, columns: { frame: 'UINT_32', xPx: 'DOUBLE' } }],
    ['run.h5', 'HDF5', { datasets: { 'tracks/xPx': '<d [60]', 'cells/dff': '<f [40]' } }],
    ['run.npz', 'NumPy archive', { arrays: { timeNs: 'i8 [60]', cells_event: 'u1 [40]' } }],
    ['run.txt', 'CALISTO text', { frames: 20, text: { units: { x: 'px' } } }],
  ])('%s tells its rows, and everything the export said', async (name, kind, more) => {
    await exportRun(run, at(name));
    const found = await infoOf(at(name));
    expect(found.kind).toMatch(new RegExp(`^${kind}`));
    expect(found).toMatchObject({ ...facts, ...more });
    expect(found.pipeline).toMatchObject([{ stage: 'center-of-mass' }]);
  });

  test('MagScope layout is named, CSV tells its columns and rows', async () => {
    await exportRun(run, at('mag.h5'), { layout: 'magscope', pixelSizeNm: 100 });
    expect(await infoOf(at('mag.h5'))).toMatchObject({
      ...{ kind: 'HDF5', layout: 'magscope' },
      datasets: { 'tracking/positions_nm': '<d [60, 3]', 'tracking/frame_offsets': '<Q [21]' },
    });
    await exportRun(run, at('run.csv'));
    expect(await infoOf(at('run.csv'))).toMatchObject({ kind: 'CSV', table: 'tracks', rows: 60 });
    await exportCellsOf(run, at('cells.csv'));
    expect(await infoOf(at('cells.csv'))).toMatchObject({ kind: 'CSV', table: 'cells', rows: 40 });
  });

  test('one that is cut off is refused by name', async () => {
    await exportRun(run, at('whole.parquet'));
    await expect(infoOf(cutCopy(at('whole.parquet'), 'cut.parquet', 9))).rejects.toThrow(RecordingError);
    await exportRun(run, at('whole.h5'));
    await expect(infoOf(cutCopy(at('whole.h5'), 'cut.h5', 4000))).rejects.toThrow(StackError);
    await exportRun(run, at('whole.npz'));
    expect(await infoOf(cutCopy(at('whole.npz'), 'cut.npz', 100))).toMatchObject({ cut: expect.any(String) });
  });
});

describe('arrays, Z-LUTs and stacks', () => {
  const zLut = {
    ...{ name: 'bead', planes: 9, radii: 4 },
    planeZNm: Float64Array.from({ length: 9 }, (_, plane) => 50 * plane),
    profiles: Float64Array.from({ length: 36 }, (_, at) => at),
  };

  test.each(['zlut', 'npy', 'txt', 'csv'])('a Z-LUT in .%s tells its planes and radii', async (ending) => {
    await writeZLut(at(`z.${ending}`), zLut);
    const found = await infoOf(at(`z.${ending}`));
    expect(found.kind).toContain('Z-LUT');
    expect(found).toMatchObject({ planes: 9, radii: 4, planeZNm: { first: 0, last: 400 } });
  });

  test('a broken .zlut is refused as a Z-LUT', async () => {
    await writeZLut(at('broken.zlut'), zLut);
    await expect(infoOf(cutCopy(at('broken.zlut'), 'cut.zlut', 10))).rejects.toThrow(ZLutError);
  });

  test('an array of pixels is a stack, too, and one of traces is not', async () => {
    writeFileSync(at('pixels.npy'), encodeNpy(new Uint16Array(3 * 5 * 7), [3, 5, 7]));
    const pixels = { dtype: 'u2', shape: [3, 5, 7], frames: 3, width: 7, height: 5, pixelFormat: 'mono16' };
    expect(await infoOf(at('pixels.npy'))).toMatchObject({ kind: 'NumPy array, stack', ...pixels });
    writeFileSync(at('traces.npy'), encodeNpy(new Float64Array(20), [20]));
    expect(await infoOf(at('traces.npy'))).toMatchObject({
      kind: 'NumPy array',
      dtype: 'f8',
      shape: [20],
    });
    writeFileSync(at('any.npz'), encodeNpz({ a: { data: new Float32Array(4), shape: [2, 2] } }));
    expect(await infoOf(at('any.npz'))).toMatchObject({ arrays: { a: 'f4 [2, 2]' } });
  });

  test.skipIf(!pythonWith('h5py', 'numpy'))(
    `an archive and an HDF5 file of other programs are told${skippedWithout('h5py', 'numpy')}`,
    async () => {
      const script = `
import sys, h5py, numpy as np
np.savez_compressed(sys.argv[1], traces=np.zeros((3, 500)), names=np.array(['a', 'bc']))
with h5py.File(sys.argv[2], 'w', userblock_size=512) as f:
    f['deep/movie'] = np.zeros((4, 6, 8), 'u2'); f.attrs['rig'] = 'left'`;
      runPython(['h5py', 'numpy'], script, at('other.npz'), at('other.h5'));
      expect(await infoOf(at('other.npz'))).toMatchObject({
        arrays: { traces: 'f8 [3, 500]', names: expect.stringMatching(/bytes/) },
      });
      expect(await infoOf(at('other.h5'))).toMatchObject({
        rig: 'left',
        datasets: { 'deep/movie': '<H [4, 6, 8]' },
      });
    },
  );

  test.skipIf(!existsSync(real))(
    `TIFFs of a microscope tell their frames${existsSync(real) ? '' : ' (skipped: no ../shared/data/real)'}`,
    async () => {
      const path = `${real}mt_zsweep_vannoort_024/data_024_roi.tif`;
      const shape = { frames: 251, width: 100, height: 100, pixelFormat: 'mono8' };
      expect(await infoOf(path)).toMatchObject({ kind: 'stack', ...shape, cut: 'no' });
    },
  );
});

test('a TDMS file of LabVIEW tells its channels', async () => {
  const values = [1, 2, 3];
  writeFileSync(
    at('run.tdms'),
    writeTdmsSegment([{ path: "/'Tracking data'/'X0 (um)'", type: 'f8', values }]),
  );
  expect(await infoOf(at('run.tdms'))).toMatchObject({
    ...{ kind: 'TDMS of LabVIEW', cut: 'no' },
    channels: { 'Tracking data/X0 (um)': { values: 3 } },
  });
});

test('tables of numbers tell columns and rows, with a header or without', async () => {
  writeFileSync(at('a.csv'), 'time,x\n0,1\n1,2\n');
  expect(await infoOf(at('a.csv'))).toMatchObject({ kind: 'CSV', columns: ['time', 'x'], rows: 2 });
  writeFileSync(at('b.csv'), '0,1\n1,NaN\n2,3');
  expect(await infoOf(at('b.csv'))).toMatchObject({ kind: 'CSV', columns: 2, rows: 3 });
  writeFileSync(at('c.txt'), '0\t1.5\t-2e-3\r\n1\t2\t3\r\n');
  expect(await infoOf(at('c.txt'))).toMatchObject({ kind: 'table of numbers', columns: 3, rows: 2 });
});

test('what is of no kind that is known, or is not there, is refused', async () => {
  writeFileSync(at('unknown.xyz'), 'hello');
  await expect(infoOf(at('unknown.xyz'))).rejects.toThrow(/5 bytes that begin with 68656c6c6f/);
  await expect(infoOf(at('nowhere'))).rejects.toThrow(StackError);
});

test('the command prints lines or JSON, and repair what it saved', async () => {
  const [lines, json, repaired] = await Promise.all([
    runCommand('info', run),
    runCommand('info', run, '--json'),
    runCommand('repair', cutCopy(join(run, 'tracks.arrows'), 'crashed.arrows', 20)),
  ]);
  expect(lines.stdout).toMatch(/^kind: run folder$/m);
  expect(lines.stdout).toMatch(/^ {4}rows: 60$/m);
  expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'run folder', beads: [3, 10, 17] });
  expect(repaired.stdout).toMatch(
    /crashed\.arrows: 30 rows saved, \d+ bytes .* are lost\nrepaired: .*crashed\.repaired\.arrows\n$/,
  );
});
