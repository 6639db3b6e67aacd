import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { beadRow, planWith, ringFrame, ringZLut, setupOf, shapeOf } from '../../support/ring-beads.ts';
import { expectSameTracks, tracksBy } from './gpu-tracks.ts';

const skipReason = gpuSkipReason();

// Single precision against double: a pixel may go to the other of two rings it is half-way between.
const AS_REFERENCE = { px: 1e-3, zNm: 0.5, score: 1e-5, profileShare: 1e-4 };

describe.skipIf(skipReason)(`Z-LUTs on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  test('may be one a bead, each with its own planes and heights', async () => {
    const beads = beadRow([24, 31, 24, 24, 31, 24], { seed: 371 }).map((bead) => ({ ...bead, plane: 17.3 }));
    const shape = shapeOf(beads, 'mono12');
    // From other heights on, upwards or down, of more planes or fewer.
    const zLuts = [
      ringZLut(24, 40),
      ringZLut(31, 40),
      { ...ringZLut(24, 80), planeZNm: Float64Array.from({ length: 80 }, (_, plane) => 7000 + 10 * plane) },
      ringZLut(24, 35, { descending: true }),
      { ...ringZLut(31, 29), planeZNm: Float64Array.from({ length: 29 }, (_, plane) => -50 * plane ** 1.1) },
      ringZLut(24, 23),
    ];
    const setup = { ...setupOf(beads, shape, planWith(), zLuts), zLutOfBead: [0, 1, 2, 3, 4, 5] };
    const frames = [372, 373].map((seed) => ringFrame(shape, beads, { seed }));
    const got = await tracksBy(engine, setup, frames);
    expectSameTracks(got, await tracksBy(createReferenceEngine(), setup, frames), AS_REFERENCE);
    // nm: all beads are at plane 17.3 of their own Z-LUT, up to two planes off since bins hold whole pixels.
    const heights = [1730, 1730, 7173, -1730, -50 * 17.3 ** 1.1, 1730];
    for (const [row, zNm] of got.zNm.entries()) expect(Math.abs(zNm - heights[row % 6]!)).toBeLessThan(200);
  });

  test('that change places change the heights of their beads alone', async () => {
    const beads = beadRow([24, 24, 24], { seed: 381 });
    const shape = shapeOf(beads, 'mono8');
    const zLuts = [ringZLut(24, 40), ringZLut(24, 40, { descending: true })];
    const setup = setupOf(beads, shape, planWith(), zLuts);
    const frames = [ringFrame(shape, beads, { seed: 382 })];
    const [left, middle, right] = (await tracksBy(engine, { ...setup, zLutOfBead: [0, 1, -1] }, frames)).zNm;
    const swapped = await tracksBy(engine, { ...setup, zLutOfBead: [1, 0, 0] }, frames);
    expect(swapped.zNm.subarray(0, 2)).toEqual(Float64Array.of(-left!, -middle!));
    expect(right).toBeNaN();
    expect(swapped.zNm[2]).toBeGreaterThan(0);
  });
});
