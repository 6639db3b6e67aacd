import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { csvColumns, rms, runCommand } from '../support/cli.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const REAL = fileURLToPath(new URL('../../../shared/data/real/', import.meta.url));
const absent = existsSync(REAL) ? null : 'the real recordings do not lie beside the project';
const engines = ['reference', ...(gpuSkipReason() ? [] : ['gpu'])];
const folder = temporaryFolder();

const skip = absent ? ` (skipped: ${absent})` : '';

interface Sweep {
  sweep: {
    focus_um: number[];
    x: (number | null)[];
    y: (number | null)[];
    x_mt073?: (number | null)[];
    y_mt073?: (number | null)[];
  };
}

interface Field {
  beads: {
    id: number;
    det_x: number;
    det_y: number;
    roi: [number, number, number, number];
    x: number;
    y: number;
    x_mt073?: number;
    y_mt073?: number;
    quality: 'isolated' | 'overlap' | 'edge';
  }[];
}

describe.skipIf(absent)(`real focal sweep of the van Noort lab${skip}`, () => {
  const data = join(REAL, 'mt_zsweep_vannoort_024');

  test('z of the odd frames is within 0.10 um rms of the recorded focus, x and y within 0.02 px, on every engine', async () => {
    const { sweep } = JSON.parse(readFileSync(join(data, 'expected.json'), 'utf8')) as Sweep;
    const planeZ = join(folder, 'focus.csv');
    writeFileSync(planeZ, `zNm\n${sweep.focus_um.map((um) => `${um * 1000}\n`).join('')}`);
    const stack = join(data, 'data_024_roi.tif');
    const zLut = join(folder, '024.zlut.npy');
    const built = await runCommand('zlut', 'build', stack, '--z', planeZ, '--frames', '::2', '--out', zLut);
    expect(built.stderr).toContain('126 planes');

    const tracks = await Promise.all(
      engines.map(async (engine) => {
        const csv = join(folder, `024-${engine}.csv`);
        const args = ['track', stack, '--rois', 'whole', '--zlut', zLut, '--frames', '1::2'];
        expect((await runCommand(...args, '--engine', engine, '--out', csv)).code).toBe(0);
        return csvColumns(readFileSync(csv, 'utf8'));
      }),
    );
    for (const { frame, xPx, yPx, zNm } of tracks) {
      expect(frame).toHaveLength(125);
      const off = (got: number[], want: (number | null)[]) =>
        got.map((value, row) => Math.abs(value - (want[frame![row]!] ?? Number.NaN)));
      const x = off(xPx!, sweep.x_mt073 ?? sweep.x).filter(Number.isFinite);
      const y = off(yPx!, sweep.y_mt073 ?? sweep.y).filter(Number.isFinite);
      expect(Math.min(x.length, y.length)).toBeGreaterThan(100);
      expect(Math.max(...x, ...y)).toBeLessThan(0.02);
      const z = off(
        zNm!,
        sweep.focus_um.map((um) => um * 1000),
      );
      expect(z.filter(Number.isFinite).length).toBeGreaterThanOrEqual(119);
      expect(rms(z)).toBeLessThan(100);
    }
    const [reference, ...others] = tracks;
    for (const other of others) {
      for (const [column, tolerance] of [
        ['xPx', 0.001],
        ['yPx', 0.001],
        ['zNm', 0.5],
      ] as const) {
        const differences = other[column]!.map((value, row) => Math.abs(value - reference![column]![row]!));
        expect(differences.map(Number.isNaN)).toEqual(reference![column]!.map(Number.isNaN));
        expect(Math.max(...differences.filter(Number.isFinite))).toBeLessThan(tolerance);
      }
    }
  });
});

describe.skipIf(absent)(`real bead field of the Dekker lab${skip}`, () => {
  const data = join(REAL, 'mt_field_dekker');
  const image = join(data, '00008153.jpg');
  const { beads } = (
    absent ? { beads: [] } : JSON.parse(readFileSync(join(data, 'expected.json'), 'utf8'))
  ) as Field;
  const isolated = beads.filter(({ quality }) => quality === 'isolated');

  test('the isolated beads are within 0.02 px of the reference, and the engines within 0.001 px of each other', async () => {
    const rois = join(folder, 'field-rois.csv');
    const rows = isolated.map(({ id, roi: [top, bottom, left] }) => `${id},${left},${top},${bottom - top}\n`);
    writeFileSync(rois, `bead,left,top,size\n${rows.join('')}`);
    const tracks = await Promise.all(
      engines.map(async (engine) => {
        const csv = join(folder, `field-${engine}.csv`);
        expect(
          (await runCommand('track', image, '--rois', rois, '--engine', engine, '--out', csv)).code,
        ).toBe(0);
        return csvColumns(readFileSync(csv, 'utf8'));
      }),
    );
    for (const { bead, xPx, yPx } of tracks) {
      expect(bead).toHaveLength(61);
      for (const [row, { x, y, x_mt073 = x, y_mt073 = y }] of isolated.entries()) {
        expect(Math.hypot(xPx![row]! - x_mt073, yPx![row]! - y_mt073)).toBeLessThan(0.02);
      }
    }
    const [reference, gpu] = tracks;
    if (gpu) {
      const worst = gpu.xPx!.map((x, row) =>
        Math.hypot(x - reference!.xPx![row]!, gpu.yPx![row]! - reference!.yPx![row]!),
      );
      expect(Math.max(...worst)).toBeLessThan(0.001);
    }
  });

  test('--rois auto finds at least 55 of the 61 isolated beads and at most 5 that are not listed', async () => {
    const csv = join(folder, 'field-auto.csv');
    const args = ['track', image, '--rois', 'auto', '--engine', 'reference', '--out', csv];
    expect((await runCommand(...args)).code).toBe(0);
    const { xPx, yPx } = csvColumns(readFileSync(csv, 'utf8'));
    const found = xPx!.map((x, row) => ({ x, y: yPx![row]! })).filter(({ x, y }) => Number.isFinite(x + y));
    const near = (a: { x: number; y: number }, x: number, y: number, px: number) =>
      Math.hypot(a.x - x, a.y - y) < px;
    const hit = isolated.filter(({ x, y }) => found.some((bead) => near(bead, x, y, 4)));
    expect(hit.length).toBeGreaterThanOrEqual(55);
    // A track in a cluster may lie between its beads, up to half the 46 px within which beads count as overlapping.
    const unlisted = found.filter((bead) => !beads.some(({ det_x, det_y }) => near(bead, det_x, det_y, 23)));
    expect(unlisted.length).toBeLessThanOrEqual(5);
  });
});
