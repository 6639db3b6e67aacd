import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import type { BeadState } from '#stages/define.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';

const SIZE = 24;
const skipReason = gpuSkipReason();

/** Random counts of one ROI, exact as float32. */
function randomPixels(seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: SIZE ** 2 }, () => 100 * random.uniform());
}

/** What the float64 reference of one stage makes of an ROI and a center. */
function reference(plan: Plan, pixels: Float32Array, xPx: number, yPx: number): BeadState {
  const { stage, params } = plan[0]!;
  const state: BeadState = {
    pixels: Float64Array.from(pixels),
    size: SIZE,
    zLut: null,
    xPx,
    yPx,
    profile: new Float64Array(planRadii(plan, SIZE)),
    zNm: Number.NaN,
    score: Number.NaN,
  };
  stageNamed(stage).reference(state, params);
  return state;
}

describe.skipIf(skipReason)(`the kernel of one stage${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let engine: GpuEngine;
  beforeAll(async () => {
    engine = await createGpuEngine();
  });
  afterAll(() => engine.close());

  /** Runs a stage from each center on the same ROI and expects what the reference gives. */
  async function expectAgreement(
    stage: string,
    params: Record<string, unknown>,
    pixels: Float32Array,
    seeds: { xPx: number; yPx: number }[],
  ): Promise<void> {
    const plan: Plan = [{ stage, params: stageNamed(stage).params.parse(params) }];
    const table = createTrackTable(1, seeds.length, planRadii(plan, SIZE));
    await engine.configure({
      plan,
      width: SIZE,
      height: SIZE,
      pixelFormat: 'float32',
      rois: seeds.map((_, bead) => ({ bead, left: 0, top: 0, size: SIZE })),
      zLuts: [],
      zLutOfBead: seeds.map(() => -1),
      profiles: table.radii > 0,
      seeds,
    });
    await engine.track([pixels.slice().buffer], table);
    for (const [bead, seed] of seeds.entries()) {
      const want = reference(plan, pixels, seed.xPx, seed.yPx);
      const profile = table.profiles.subarray(bead * table.radii, (bead + 1) * table.radii);
      const pairs = [
        [table.xPx[bead]!, want.xPx],
        [table.yPx[bead]!, want.yPx],
        ...Array.from(profile, (counts, radius) => [counts, want.profile[radius]!] as const),
      ] as const;
      // A pixel in the wrong ring moves its mean by over 0.1 counts, a wrong line a center by far more.
      const wrong = pairs.filter(
        ([got, wanted]) => !Object.is(got, wanted) && !(Math.abs(got - wanted) < 1e-3),
      );
      expect(wrong, `from ${seed.xPx}, ${seed.yPx}`).toEqual([]);
    }
  }

  test('gives no center of mass when a pixel is NaN or infinite', async () => {
    for (const counts of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const background of ['none', 'mean']) {
        const pixels = randomPixels(1);
        pixels[200] = counts;
        await expectAgreement('center-of-mass', { background }, pixels, [{ xPx: 3, yPx: 4 }]);
      }
    }
  });

  test('takes lines from the far side, and none from beyond', async () => {
    const seeds = [0, 2, 11.4, 22, 24, 31, -1, -9, -23, -30, 1e5, Number.NaN].flatMap((xPx) =>
      [11.6, Number.NaN].flatMap((yPx) => [
        { xPx, yPx },
        { xPx: yPx, yPx: xPx },
      ]),
    );
    await expectAgreement('auto-conv', {}, randomPixels(2), seeds);
    const params = { lineRatio: 0.3, iterations: 1 };
    await expectAgreement('auto-conv-multiline-sub-pixel', params, randomPixels(3), seeds);
  });

  test('finds no center at an end of the reach', async () => {
    // One spot under a window far from it: the largest lag is where the two meet, at every lag in turn.
    const seeds = Array.from({ length: 24 }, (_, index) => ({ xPx: index, yPx: 12 }));
    for (const nLocal of [3, 5, 7]) {
      for (let column = 0; column < SIZE; column += 3) {
        const pixels = Float32Array.from({ length: SIZE ** 2 }, (_, at) => {
          return 50 * Math.exp(-(((at % SIZE) - column) ** 2 + (Math.floor(at / SIZE) - 12) ** 2) / 16);
        });
        const params = { lineRatio: 0, nLocal, iterations: 1 };
        await expectAgreement('auto-conv-multiline-sub-pixel', params, pixels, seeds);
      }
    }
  });

  test('sorts pixels half-way between two rings as float64 does', async () => {
    // Distances k + 1/2 exactly, and within 2^-22 px of it, which float32 alone takes for it.
    const hair = 2 ** -22;
    const near = [11.5, 11.5 - hair, 11.5 + hair, 12.5 - hair, 12.5 + hair];
    const seeds = near.flatMap((half) => [
      { xPx: half, yPx: 12 },
      { xPx: 12, yPx: half },
      { xPx: half, yPx: half },
    ]);
    for (const oversample of [1, 3]) {
      await expectAgreement('radial-profile', { oversample }, randomPixels(4), seeds);
    }
  });

  test('takes three points around a center anywhere, with the border going on outside', async () => {
    const near = [-2.2, -1.3, -0.5, 0, 0.3, 11.5, 12.75, 22.6, 23, 24.1];
    const seeds = near.flatMap((xPx, index) => [
      { xPx, yPx: near[(3 * index) % near.length]! },
      { xPx: 12.2, yPx: xPx },
    ]);
    seeds.push({ xPx: 1e5, yPx: 9.4 }, { xPx: 9.4, yPx: -1e5 }, { xPx: Number.NaN, yPx: 12 });
    await expectAgreement('qi', {}, randomPixels(8), seeds);
  });

  test('makes a profile around a center anywhere, or of the whole ROI without one', async () => {
    const random = createRandom(5);
    const seeds = Array.from({ length: 12 }, () => ({
      xPx: 60 * random.uniform() - 20,
      yPx: 60 * random.uniform() - 20,
    }));
    seeds.push({ xPx: Number.NaN, yPx: 12 }, { xPx: 12, yPx: Number.NaN }, { xPx: 1e7, yPx: -1e7 });
    await expectAgreement('radial-profile', {}, randomPixels(6), seeds);
  });
});
