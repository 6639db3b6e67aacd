import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createGpuEngine } from '#engines/gpu/gpu-engine.ts';
import { presetPlan } from '#stages/presets.ts';
import { csvColumns, runCommand } from '../support/cli.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  magtrackPlan,
  type RoiEdges,
  readStack,
  realFolder,
  roiOfEdges,
  trackReal,
} from './real-recording.ts';

const data = realFolder('mt_field_dekker');
const folder = temporaryFolder();
const noGpu = gpuSkipReason();

interface Bead {
  id: number;
  det_x: number;
  det_y: number;
  roi: RoiEdges;
  x: number;
  y: number;
  x_sym: number;
  y_sym: number;
  x_mt073?: number;
  y_mt073?: number;
  quality: 'isolated' | 'overlap' | 'edge';
}

describe.skipIf(data.absent)(`a field of 1398 x 1022 px with about 97 beads${data.skipped}`, () => {
  const beads = data.absent ? [] : data.expected<{ beads: Bead[] }>().beads;
  const isolated = beads.filter(({ quality }) => quality === 'isolated');
  const rois = isolated.map(({ id, roi }) => roiOfEdges(id, roi));

  test('the 61 isolated beads are within 0.002 px of MagTrack 0.7.6, and of 0.7.3 with its plan', async () => {
    const field = await readStack(data.path('00008153.jpg'));
    const { xPx, yPx } = await trackReal(field, rois);
    const old = await trackReal(field, rois, { plan: magtrackPlan('none') });
    expect(isolated).toHaveLength(61);
    // JPEG decoders round a pixel differently by one count now and then.
    for (const [row, { x, y, x_mt073 = x, y_mt073 = y }] of isolated.entries()) {
      expect(Math.hypot(xPx[row]! - x, yPx[row]! - y)).toBeLessThan(0.002);
      expect(Math.hypot(old.xPx[row]! - x_mt073, old.yPx[row]! - y_mt073)).toBeLessThan(0.002);
    }
  });

  test('with the preset quadrant they are within 0.25 px of their symmetry centers, median 0.08 px, none lost', async () => {
    const plan = presetPlan('quadrant');
    const { xPx, yPx } = await trackReal(await readStack(data.path('00008153.jpg')), rois, { plan });
    const off = isolated.map(({ x_sym, y_sym }, row) => Math.hypot(xPx[row]! - x_sym, yPx[row]! - y_sym));
    off.sort((a, b) => a - b);
    expect(off.at(-1)).toBeLessThan(0.25);
    expect(off[30]).toBeLessThan(0.08);
  });

  test.skipIf(noGpu)(
    `the GPU agrees with the reference on them within 0.001 px${noGpu ? ` (skipped: ${noGpu})` : ''}`,
    async () => {
      const field = await readStack(data.path('00008153.jpg'));
      const reference = await trackReal(field, rois);
      const engine = await createGpuEngine();
      const gpu = await trackReal(field, rois, { engine });
      await engine.close();
      const worst = gpu.xPx.map((x, row) =>
        Math.hypot(x - reference.xPx[row]!, gpu.yPx[row]! - reference.yPx[row]!),
      );
      expect(Math.max(...worst)).toBeLessThan(0.001);
      expect(gpu.status).toEqual(reference.status);
    },
  );

  test('track --rois auto finds at least 55 of them and at most 5 beads that are not listed', async () => {
    const csv = join(folder, 'field.csv');
    const image = data.path('00008153.jpg');
    const args = ['track', image, '--rois', 'auto', '--engine', 'reference', '--out', csv];
    expect(await runCommand(...args)).toMatchObject({ code: 0 });
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

  test('track --rois isolated tracks all of them within 0.3 px, at most 2 other beads, and says what it left out', async () => {
    const csv = join(folder, 'isolated.csv');
    const image = data.path('00008153.jpg');
    const args = ['track', image, '--rois', 'isolated', '--engine', 'reference', '--out', csv];
    const { code, stderr } = await runCommand(...args);
    expect(code).toBe(0);
    expect(stderr).toMatch(/found 6[1-3] isolated beads, ROIs of 64 px; \d+ in pairs and clusters/);
    const { xPx, yPx } = csvColumns(readFileSync(csv, 'utf8'));
    const found = xPx!.map((x, row) => ({ x, y: yPx![row]! }));
    // ROIs at other whole px, and the uncertainty of the reference.
    const hit = isolated.filter((bead) => found.some(({ x, y }) => Math.hypot(x - bead.x, y - bead.y) < 0.3));
    expect(hit).toHaveLength(61);
    expect(found.length).toBeLessThanOrEqual(63);
  });
});
