import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#engines/engine.ts';
import { createGpuEngine } from '#engines/gpu/gpu-engine.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { presetPlan } from '#stages/presets.ts';
import { csvColumns, rms, runCommand } from '../support/cli.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import type { WholeStack } from '../support/read-stack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  expectSameZ,
  planeZInNm,
  readStack,
  realFolder,
  trackReal,
  type ZTest,
  zPlan,
} from './real-recording.ts';

const data = realFolder('mt_zsweep_vannoort_024');
const folder = temporaryFolder();
const noGpu = gpuSkipReason();
const roi = { bead: 0, left: 0, top: 0, size: 100 };

interface Sweep {
  focus_um: number[];
  x: number[];
  y: number[];
  x_sym: number[];
  y_sym: number[];
  z_test: ZTest;
}

// 251 frames of 100 x 100 px while the focus goes from 43.0 to 59.3 um; the recorded focus itself is good to 20-50 nm.
describe.skipIf(data.absent)(`a focal sweep of one bead over 16 um${data.skipped}`, () => {
  let film: WholeStack;
  let sweep: Sweep;
  beforeAll(async () => {
    film = await readStack(data.path('data_024_roi.tif'));
    sweep = data.expected<{ sweep: Sweep }>().sweep;
  });

  test('x and y of all 251 frames are within 1e-4 px of MagTrack', async () => {
    const { xPx, yPx } = await trackReal(film, [roi]);
    expect(film.frames).toBe(251);
    const off = sweep.x.map((x, frame) => Math.hypot(xPx[frame]! - x, yPx[frame]! - sweep.y[frame]!));
    expect(Math.max(...off)).toBeLessThan(1e-4);
  });

  test('with the preset quadrant they are within 0.25 px of its symmetry centers, median 0.08 px, none lost', async () => {
    const { xPx, yPx } = await trackReal(film, [roi], { plan: presetPlan('quadrant') });
    const off = sweep.x_sym.map((x, frame) => Math.hypot(xPx[frame]! - x, yPx[frame]! - sweep.y_sym[frame]!));
    off.sort((a, b) => a - b);
    expect(off.at(-1)).toBeLessThan(0.25);
    expect(off[125]).toBeLessThan(0.08);
  });

  test.each([
    [5, 60.1, 5],
    [7, 84.5, 6],
  ] as const)(
    'with MagTrack its own Z-LUT and %d points, z of the odd frames is %d nm rms from the focus, as there, to 0.06 nm',
    async (nLocal, rmsNm, withoutZ) => {
      const zLut = planeZInNm(await readZLut(data.path('data_024_zlut.npy')));
      const { frames, true_focus_um } = sweep.z_test;
      const { zNm } = await trackReal(film, [roi], { plan: zPlan(nLocal), zLut, frames });
      expectSameZ(zNm, sweep.z_test[`z_magtrack_n_local${nLocal}`]);
      const errors = true_focus_um.map((um, row) => zNm[row]! - 1000 * um);
      expect(errors.filter(Number.isNaN)).toHaveLength(withoutZ);
      expect(rms(errors)).toBeCloseTo(rmsNm, 0);
    },
  );

  describe.skipIf(noGpu)(`on the GPU${noGpu ? ` (skipped: ${noGpu})` : ''}`, () => {
    let gpu: Engine | null = null;
    let tracks: TrackTable;
    let reference: TrackTable;
    beforeAll(async () => {
      gpu = await createGpuEngine();
      const zLut = planeZInNm(await readZLut(data.path('data_024_zlut.npy')));
      const frames = sweep.z_test.frames.filter((_, index) => index % 3 === 0);
      tracks = await trackReal(film, [roi], { zLut, frames, engine: gpu });
      reference = await trackReal(film, [roi], { zLut, frames });
    });
    afterAll(() => gpu?.close());

    test('x and y agree with the reference to 0.001 px, z to 0.5 nm, and the same frames have none', () => {
      for (const [column, tolerance] of [
        ['xPx', 0.001],
        ['yPx', 0.001],
        ['zNm', 0.5],
      ] as const) {
        const differences = [...tracks[column]].map((value, row) =>
          Math.abs(value - reference[column][row]!),
        );
        expect(differences.map(Number.isNaN)).toEqual([...reference[column]].map(Number.isNaN));
        expect(Math.max(...differences.filter(Number.isFinite))).toBeLessThan(tolerance);
      }
      expect(tracks.status).toEqual(reference.status);
    });
  });

  test('zlut build of the even frames and track of the odd ones: z within 100 nm rms, 6 at most without', async () => {
    const planeZ = join(folder, 'focus.csv');
    writeFileSync(planeZ, `zNm\n${sweep.focus_um.map((um) => `${um * 1000}\n`).join('')}`);
    const stack = data.path('data_024_roi.tif');
    const zLut = join(folder, '024.zlut.npy');
    const built = await runCommand('zlut', 'build', stack, '--z', planeZ, '--frames', '::2', '--out', zLut);
    expect(built.stderr).toContain('126 planes');
    const csv = join(folder, '024.csv');
    const args = ['track', stack, '--rois', 'whole', '--zlut', zLut, '--frames', '1::2'];
    const tracked = await runCommand(...args, '--engine', 'reference', '--out', csv);
    expect(tracked).toMatchObject({ code: 0 });
    const { frame, zNm } = csvColumns(readFileSync(csv, 'utf8'));
    expect(frame).toHaveLength(125);
    const errors = zNm!.map((z, row) => z - 1000 * sweep.focus_um[frame![row]!]!);
    expect(errors.filter(Number.isNaN).length).toBeLessThanOrEqual(6);
    expect(rms(errors)).toBeLessThan(100);
  });

  test.each([
    ['quadrant', 20],
    ['fast', 20],
    ['magtrack-fft', 60],
  ])('with the preset %s, z is within %d nm rms, where MagTrack has 60', async (preset, limitNm) => {
    const planeZ = join(folder, 'focus.csv');
    writeFileSync(planeZ, `zNm\n${sweep.focus_um.map((um) => `${um * 1000}\n`).join('')}`);
    const stack = data.path('data_024_roi.tif');
    const zLut = join(folder, `${preset}.zlut.npy`);
    const csv = join(folder, `${preset}.csv`);
    const built = [
      'zlut',
      'build',
      stack,
      '--z',
      planeZ,
      '--frames',
      '::2',
      '--preset',
      preset,
      '--out',
      zLut,
    ];
    expect((await runCommand(...built)).code).toBe(0);
    const tracked = [
      'track',
      stack,
      '--rois',
      'whole',
      '--zlut',
      zLut,
      '--frames',
      '1::2',
      '--preset',
      preset,
    ];
    expect((await runCommand(...tracked, '--engine', 'reference', '--out', csv)).code).toBe(0);
    const { frame, zNm } = csvColumns(readFileSync(csv, 'utf8'));
    const errors = zNm!.map((z, row) => z - 1000 * sweep.focus_um[frame![row]!]!);
    expect(errors.filter(Number.isFinite).length).toBeGreaterThan(115);
    expect(rms(errors)).toBeLessThan(limitNm);
  });
});
