import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import { type Plan, planRadii } from '#stages/plan.ts';
import { radialProfile } from '#stages/radial-profile.ts';
import { beadOf } from '../../stages/synthetic-bead.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';

const SIZE = 22;
const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(
  `the profile methods on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let engine: GpuEngine;
    beforeAll(async () => {
      engine = await createGpuEngine();
    });
    afterAll(() => engine.close());

    test.each([
      { bins: 'split' },
      { bins: 'split', oversample: 3 },
      { bins: 'interpolate' },
      { bins: 'interpolate', radialSteps: 1.5, angularDensity: 0.31 },
    ])('%o are those of the reference, around a center anywhere and without one', async (given) => {
      const params = radialProfile.params.parse(given);
      const plan: Plan = [{ stage: 'radial-profile', params }];
      const random = createRandom(7);
      const pixels = Float32Array.from({ length: SIZE ** 2 }, () => 50 + 100 * random.uniform());
      const seeds = Array.from({ length: 16 }, () => ({
        xPx: 40 * random.uniform() - 9,
        yPx: 40 * random.uniform() - 9,
      }));
      seeds.push(
        { xPx: 11, yPx: 10.5 },
        { xPx: 10, yPx: 10 },
        { xPx: Number.NaN, yPx: 12 },
        { xPx: 1e7, yPx: 3 },
      );
      const radii = planRadii(plan, SIZE);
      const table = createTrackTable(1, seeds.length, radii);
      await engine.configure({
        plan,
        width: SIZE,
        height: SIZE,
        pixelFormat: 'float32',
        rois: seeds.map((_, bead) => ({ bead, left: 0, top: 0, size: SIZE })),
        zLuts: [],
        zLutOfBead: seeds.map(() => -1),
        profiles: true,
        seeds,
      });
      await engine.track([pixels.slice().buffer], table);
      for (const [index, { xPx, yPx }] of seeds.entries()) {
        const bead = beadOf(Float64Array.from(pixels), { xPx, yPx });
        radialProfile.reference(bead, params);
        const got = table.profiles.subarray(index * radii, (index + 1) * radii);
        const wrong = [...got].flatMap((counts, radius) => {
          const want = bead.profile[radius]!;
          // counts: neighbors differ by 100, and float32 knows a distance to 1e-6 px of the 1 % of a pixel a bin may have
          const agrees = Object.is(counts, want) || Math.abs(counts - want) < 0.02;
          return agrees ? [] : [{ radius, counts, want }];
        });
        expect(wrong, `around ${xPx}, ${yPx}`).toEqual([]);
      }
    });
  },
);
