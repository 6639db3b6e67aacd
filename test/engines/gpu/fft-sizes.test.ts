import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { parsePlan } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { beadRow, ringFrame, setupOf, shapeOf } from '../../support/ring-beads.ts';
import { expectSameTracks, tracksBy } from './gpu-tracks.ts';

const skipReason = gpuSkipReason();

// Sums of up to 512 x 512 counts in single precision, against the largest of them.
const AS_REFERENCE = { px: 1e-3, zNm: 0, score: 0, profileShare: 3e-6 };

describe.skipIf(skipReason)(`the FFT profile${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  test.each([8, 9, 15, 64, 101, 255, 512])('is the reference in an ROI of %i px', async (size) => {
    const beads = beadRow([size], { seed: 391, offCenterPx: 0.1 * size });
    const shape = shapeOf(beads, 'mono16');
    const plan = parsePlan([
      { stage: 'center-of-mass', params: { background: 'mean' } },
      { stage: 'fft-profile' },
    ]);
    const setup = setupOf(beads, shape, plan, []);
    const frames = [ringFrame(shape, beads, { seed: 392 })];
    const got = await tracksBy(engine, setup, frames);
    expectSameTracks(got, await tracksBy(createReferenceEngine(), setup, frames), AS_REFERENCE);
    expect(got.profiles.filter((sum) => sum > 0).length).toBeGreaterThan(0);
  });
});
