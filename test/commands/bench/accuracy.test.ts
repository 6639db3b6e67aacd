import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createRandom } from '#simulation/random.ts';
import { presetPlan } from '#stages/presets.ts';
import { AccuracyBench, emptyRois, simulatedBeads } from '#tracker/commands/bench/accuracy-bench.ts';
import { accuracyTables, type PresetAccuracy } from '#tracker/commands/bench/measure-accuracy.ts';

const SIZE = 64;
const FRAMES = 60;

function offsets(seed: number, reachNm: number) {
  const random = createRandom(seed);
  return Array.from({ length: FRAMES }, () => ({
    xNm: reachNm * (2 * random.uniform() - 1),
    yNm: reachNm * (2 * random.uniform() - 1),
    zNm: 4000 + 2500 * random.uniform(),
  }));
}

function rms(errors: number[]): number {
  return Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
}

describe('the accuracy of the presets in ROIs of 64 px at 1000 photons', () => {
  let bench: AccuracyBench;
  beforeAll(async () => {
    bench = await AccuracyBench.open('reference');
  });
  afterAll(() => bench.close());

  // nm: 0.31 and 0.95 in 600 frames, of which these are the first tenth of another set
  test.each([
    ['quadrant', 0.42, 1.1],
    ['fast', 0.42, 1.2],
  ] as const)('%s finds x and y to %f nm and z to %f nm rms', async (preset, xyNm, zNm) => {
    const beads = simulatedBeads(SIZE, offsets(5, 100), 1000, 6);
    const { table } = await bench.track(presetPlan(preset), beads);
    expect([...table.status]).toEqual(beads.truth.map(() => 0));
    expect(rms(beads.truth.map(({ xPx }, frame) => 100 * (table.xPx[frame]! - xPx)))).toBeLessThan(xyNm);
    expect(rms(beads.truth.map(({ yPx }, frame) => 100 * (table.yPx[frame]! - yPx)))).toBeLessThan(xyNm);
    expect(rms(beads.truth.map((truth, frame) => table.zNm[frame]! - truth.zNm))).toBeLessThan(zNm);
  });

  test('quadrant finds beads up to 15 px from the middle, where magtrack loses them', async () => {
    const beads = simulatedBeads(SIZE, offsets(9, 1500), 1000, 10);
    const near = async (preset: 'quadrant' | 'magtrack') => {
      const { table } = await bench.track(presetPlan(preset), beads);
      return beads.truth.filter(
        ({ xPx, yPx }, frame) => Math.hypot(table.xPx[frame]! - xPx, table.yPx[frame]! - yPx) < 0.1,
      ).length;
    };
    expect(await near('quadrant')).toBe(FRAMES);
    expect(await near('magtrack')).toBeLessThan(FRAMES / 2);
  });

  test('quadrant calls every ROI without a bead lost', async () => {
    const { table } = await bench.track(presetPlan('quadrant'), emptyRois(SIZE, 60, 200, 3));
    for (const status of table.status) expect(status & TRACK_STATUS.lost).toBe(TRACK_STATUS.lost);
    for (const value of [...table.xPx, ...table.yPx, ...table.zNm]) expect(value).toBeNaN();
  });
});

test('the tables have a column for each preset', () => {
  const spread = { biasNm: 0.123, rmsNm: 4.5 };
  const size = (roiPx: number) => ({ roiPx, x: spread, y: spread, z: spread, missing: 2, usPerRoi: 9 });
  const measured: PresetAccuracy = {
    preset: 'fast',
    engine: 'reference',
    frames: 3,
    sizes: [64, 100, 128].map(size),
    zBiasByPhase: Array.from({ length: 4 }, () => ({ xPhase: 0, yPhase: 0, biasNm: -1 })),
    capture: Array.from({ length: 9 }, () => ({ offsetPx: 0, found: 0.5, wrongWithoutStatus: 0.125 })),
    failures: { emptyRoi: 0, beyondZLut: 0.5 },
  };
  const text = accuracyTables([measured]);
  expect(text).toContain('| nm: bias / rms | fast |\n| --- | --- |\n| x at 64 px | 0.12 / 4.50 |');
  expect(text).toContain('| z at 128 px | 0.12 / 4.50 (2 missing) |');
  expect(text).toContain('| 20 px off the middle | 50 % / 12.5 % |');
});
