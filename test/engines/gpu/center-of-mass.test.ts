import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createRandom } from '#simulation/random.ts';
import { parsePlan } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { expectParity } from '../stage-parity.ts';

const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(
  `the center of mass on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let engine: GpuEngine;
    beforeAll(async () => {
      engine = await createGpuEngine();
    });
    afterAll(() => engine.close());

    test.each([
      { background: 'threshold' },
      { background: 'threshold', k: 2.5, absolute: false },
      { background: 'mean', absolute: false },
      { background: 'median', absolute: false },
    ])('with %o is the reference to 1e-5 px', async (params) => {
      const random = createRandom(2);
      const size = 37;
      const rois = Array.from({ length: 6 }, (_, roi) => ({
        size,
        pixels: Float32Array.from({ length: size * size }, (_, pixel) => {
          const distance = Math.hypot((pixel % size) - 12 - 2 * roi, Math.floor(pixel / size) - 20);
          return 900 + random.poisson(100 + 80 * Math.cos(distance) * Math.exp(-distance / 6));
        }),
      }));
      const plan = parsePlan([{ stage: 'center-of-mass', params }]);
      const table = await expectParity(engine, plan, rois, { px: 1e-5, counts: 0, zNm: 0, score: 0 });
      expect(table.xPx.every(Number.isFinite)).toBe(true);
    });
  },
);
