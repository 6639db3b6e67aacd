import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import { exportCellsOf, exportRun } from '#exports/export-run.ts';
import type { ExportFacts } from '#exports/facts.ts';
import { ConfigError, OutputExistsError, RecordingError } from '#protocol/errors.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import { FACTS, trackedBatch } from '../support/kill-child-batch.ts';
import { measuredCells } from '../support/measured-cells.ts';
import { recordRun } from '../support/recorded-run.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const camera = { ...FACTS.camera, pixelSizeNm: 112.5 };
const run = await recordRun(folder, 'run', { frames: 30, beads: 3, cells: 2, facts: { camera } });
const unsized = await recordRun(folder, 'unsized', { frames: 4, beads: 1 });
const { table: truth, frames: truthFrames } = trackedBatch(0, 30, 3);

function npz(path: string): {
  facts: ExportFacts & Record<string, unknown>;
  column: (name: string) => ArrayLike<unknown>;
} {
  const entries = unzipSync(readFileSync(path));
  // The text has no terminator: its header has 128 bytes or 64.
  const bytes = entries['metadata.npy']!;
  const json = Buffer.from(bytes.subarray(bytes.indexOf(0x7b, 60)));
  const column = (name: string) => decodeNpy(entries[`${name}.npy`]!).data;
  return { facts: JSON.parse(json.toString()), column };
}

describe('what is written', () => {
  test('positions are in nm by the size of a pixel, z as it was recorded', async () => {
    const to = join(folder, 'nm.npz');
    expect(await exportRun(run, to)).toBe(90);
    const { column } = npz(to);
    expect(column('xNm')).toEqual(truth.xPx.map((px) => px * 112.5));
    expect(column('yNm')).toEqual(truth.yPx.map((px) => px * 112.5));
    expect(column('zNm')).toEqual(truth.zNm);
    expect(column('status')).toEqual(Uint16Array.from(truth.status));
    expect(column('timeNs')).toEqual(
      BigInt64Array.from(truthFrames.flatMap(({ timeNs }) => [timeNs, timeNs, timeNs])),
    );
    expect(column('cells_dff')).toEqual(measuredCells(0, 30, 2).columns.dff);
  });

  test('without it they stay px and say so, and with --pixel-size they are nm', async () => {
    const [px, nm, chosen] = ['px', 'given', 'chosen'].map((name) => join(folder, `${name}.npz`));
    await exportRun(unsized, px!);
    await exportRun(unsized, nm!, { pixelSizeNm: 200 });
    await exportRun(run, chosen!, { inPx: true });
    const x = trackedBatch(0, 4, 1).table.xPx;
    expect(npz(px!).column('xPx')).toEqual(x);
    expect(npz(px!).facts).toMatchObject({
      calibration: { pixelSizeNm: null },
      units: { tracks: { xPx: expect.stringMatching(/^px/) } },
    });
    expect(npz(nm!).column('xNm')).toEqual(x.map((value) => value * 200));
    expect(npz(nm!).facts.calibration).toEqual({ pixelSizeNm: 200 });
    expect(npz(chosen!).column('xPx')).toEqual(truth.xPx);
  });

  test('z times the focal shift is a column of its own, NaN of beads whose Z-LUT does not tell it', async () => {
    const shifted = await recordRun(folder, 'shifted', { frames: 3, beads: 2 });
    const planeZNm = Float64Array.from({ length: 8 }, (_, plane) => 100 * plane);
    const zLut = { name: 'bead', planes: 8, radii: 4, planeZNm, profiles: new Float64Array(32).fill(9) };
    await writeZLut(join(shifted, 'beads.zlut'), {
      ...zLut,
      origin: { focalShift: { factor: 0.88, applied: false } },
    });
    // The record of the example names beads.zlut.npy, for bead 3 of 3 and 10.
    copyFileSync(join(shifted, 'beads.zlut'), join(shifted, 'beads.zlut.npy'));
    const to = join(folder, 'shifted.npz');
    await exportRun(shifted, to);
    const { column, facts } = npz(to);
    const z = trackedBatch(0, 3, 2).table.zNm;
    const expected = z.map((value, row) => (row % 2 === 0 ? value * 0.88 : Number.NaN));
    expect(column('zCorrectedNm')).toEqual(expected);
    expect(column('zNm')).toEqual(z);
    const sha256 = createHash('sha256')
      .update(readFileSync(join(shifted, 'beads.zlut')))
      .digest('hex');
    expect(facts.zLuts).toEqual([
      {
        name: 'beads',
        file: 'beads.zlut.npy',
        beads: [3],
        sha256,
        focalShift: { factor: 0.88, applied: false },
      },
    ]);
  });

  test('Parquet holds the same rows, and what made them', async () => {
    const to = join(folder, 'run.parquet');
    await exportRun(run, to);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(to) });
    expect(rows).toHaveLength(90);
    expect(rows[31]).toMatchObject({ frame: 10, bead: 10, xNm: truth.xPx[31]! * 112.5, zNm: truth.zNm[31] });
    const footer = await parquetMetadataAsync(await asyncBufferFromFile(to));
    const facts = Object.fromEntries(
      footer.key_value_metadata!.map(({ key, value }) => [key, JSON.parse(value!)]),
    );
    expect(facts).toMatchObject({
      format: 'tweezertrack-export/1',
      source: { name: 'run', format: 'tweezertrack-tracks/1', rows: 90, wasCutOff: false },
      calibration: { pixelSizeNm: 112.5 },
      pipeline: FACTS.plan,
      run: { camera, engine: FACTS.engine, rois: FACTS.rois },
      zLuts: [{ name: 'beads', sha256: null }],
      units: { tracks: { timeNs: expect.any(String) }, cells: { dff: expect.any(String) } },
    });
  });

  test('cells have a Parquet of their own', async () => {
    const to = join(folder, 'cells.parquet');
    expect(await exportCellsOf(run, to)).toBe(60);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(to) });
    expect(rows[21]).toMatchObject({
      frame: 10,
      cell: 3,
      event: 0,
      dff: measuredCells(0, 30, 2).columns.dff[21],
    });
  });

  test('CALISTO text has what its columns are in a .json beside it', async () => {
    const to = join(folder, 'run.txt');
    await exportRun(run, to);
    const beside = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    const columns = readFileSync(to, 'utf8').split('\n')[0]!.split(' ').length;
    expect(beside.text.columns).toHaveLength(columns);
    expect(beside).toMatchObject({ format: 'tweezertrack-export/1', calibration: { pixelSizeNm: 112.5 } });
  });

  test('of a file that a crash cut short, the whole batches are written, and it is said', async () => {
    const cut = join(folder, 'cut.arrows');
    copyFileSync(join(run, 'tracks.arrows'), cut);
    truncateSync(cut, readFileSync(cut).length - 20);
    const to = join(folder, 'cut.npz');
    // Batches of 10 frames of 3 beads, of which the last is cut.
    expect(await exportRun(cut, to)).toBe(60);
    const { column, facts } = npz(to);
    expect(column('zNm')).toEqual(truth.zNm.slice(0, 60));
    expect(facts).toMatchObject({
      source: { wasCutOff: true, rows: 60 },
      pipeline: FACTS.plan,
      run: { rois: FACTS.rois },
    });
  });
});

describe('what is not written', () => {
  const others = () => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

  test.each(['csv', 'parquet', 'h5', 'npz', 'txt'])(
    'an existing .%s stays as it is without force',
    async (ending) => {
      const to = join(folder, `precious.${ending}`);
      writeFileSync(to, 'precious');
      await expect(exportRun(run, to)).rejects.toThrow(OutputExistsError);
      expect(readFileSync(to, 'utf8')).toBe('precious');
      expect(await exportRun(run, to, { force: true })).toBe(90);
      expect(readFileSync(to, 'utf8')).not.toBe('precious');
      expect(others()).toEqual([]);
    },
  );

  test('a .json beside a text is not written over either', async () => {
    writeFileSync(join(folder, 'notes.json'), 'precious');
    await expect(exportRun(run, join(folder, 'notes.txt'))).rejects.toThrow(OutputExistsError);
    expect(existsSync(join(folder, 'notes.txt'))).toBe(false);
  });

  test.each(['csv', 'parquet', 'h5', 'npz', 'txt'])(
    'a wrong source leaves no .%s and no part of one',
    async (ending) => {
      const to = join(folder, `none.${ending}`);
      await expect(exportRun(join(folder, 'nowhere'), to)).rejects.toThrow(RecordingError);
      expect(existsSync(to)).toBe(false);
      expect(others()).toEqual([]);
    },
  );

  test('another ending, a layout without HDF5, a pixel of no size and a folder that is not there are refused', async () => {
    await expect(exportRun(run, join(folder, 'run.xlsx'))).rejects.toThrow(ConfigError);
    await expect(exportRun(run, join(folder, 'a.npz'), { layout: 'magscope' })).rejects.toThrow(ConfigError);
    await expect(exportRun(run, join(folder, 'b.npz'), { pixelSizeNm: 0 })).rejects.toThrow(ConfigError);
    await expect(exportRun(run, join(folder, 'b.csv'), { pixelSizeNm: 9 })).rejects.toThrow(ConfigError);
    await expect(exportRun(unsized, join(folder, 'c.h5'), { layout: 'magscope' })).rejects.toThrow(
      /--pixel-size/,
    );
    for (const ending of ['csv', 'parquet', 'h5', 'npz', 'txt']) {
      await expect(exportRun(run, join(folder, 'nowhere', `a.${ending}`))).rejects.toThrow(RecordingError);
    }
    await expect(exportCellsOf(unsized, join(folder, 'd.parquet'))).rejects.toThrow(RecordingError);
    expect(others()).toEqual([]);
  });
});

const disk = mountSmallDisk(128);
if (disk) afterAll(() => disk.remove());

test.skipIf(!disk)(
  `a full disk is told, whatever the format, and nothing is left on it${disk ? '' : ' (skipped: no disk to fill)'}`,
  async () => {
    // Some 400 kB, in values that do not repeat.
    const long = await recordRun(folder, 'long', { frames: 3000, beads: 3, batch: 100 });
    for (const ending of ['csv', 'parquet', 'h5', 'npz', 'txt']) {
      const full = exportRun(long, join(disk!.folder, `a.${ending}`), { inPx: true });
      await expect(full, ending).rejects.toThrow(RecordingError);
      await expect(full, ending).rejects.not.toThrow(/HDF5-DIAG/);
      expect(readdirSync(disk!.folder), ending).toEqual([]);
    }
    // And after that it goes on as before.
    expect(await exportRun(run, join(disk!.folder, 'a.h5'))).toBe(90);
  },
);

test('a short recording makes a small HDF5 file', async () => {
  const to = join(folder, 'small.h5');
  await exportRun(run, to);
  // Whole chunks would be 5.6 MB; what the file says of itself takes most of it.
  expect(statSync(to).size).toBeLessThan(200_000);
});
