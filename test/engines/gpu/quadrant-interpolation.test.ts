import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createRandom } from '#simulation/random.ts';
import { simulateBeads } from '#simulation/thin-bead.ts';
import { parsePlan } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { expectParity, type ParityRoi } from '../stage-parity.ts';

const skipReason = gpuSkipReason();
/** Hundredths of what shot noise moves a bead. */
const TOLERANCE = { px: 2e-5, counts: 0, zNm: 0, score: 0 };

/** Beads with shot noise, from the middle to a corner of the ROI. */
function beads(size: number, count: number): ParityRoi[] {
  const random = createRandom(size);
  return Array.from({ length: count }, (_, index) => {
    const reach = (index / count) * size * 30;
    const at = Float64Array.of(
      reach * (2 * random.uniform() - 1),
      reach * (2 * random.uniform() - 1),
      3000 + 5000 * random.uniform(),
    );
    const pixels = Float32Array.from(simulateBeads(at, { sizePx: size }), (level) =>
      random.poisson(2500 * level),
    );
    return { pixels, size };
  });
}

describe.skipIf(skipReason)(
  `quadrant interpolation on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let engine: GpuEngine;
    beforeAll(async () => {
      engine = await createGpuEngine();
    });
    afterAll(() => engine.close());

    test.each([
      {},
      { iterations: 2, radialSteps: 3, angularDensity: 0.4 },
      { iterations: 4, angularFactor: 2, minSymmetry: 0, weights: 'cosine' },
    ])('with %o is the reference to 0.002 nm', async (params) => {
      const plan = parsePlan([{ stage: 'center-of-mass' }, { stage: 'quadrant-interpolation', params }]);
      for (const size of [40, 51]) {
        const table = await expectParity(engine, plan, beads(size, 12), TOLERANCE);
        expect(table.xPx.filter(Number.isFinite).length).toBeGreaterThan(5);
      }
    });

    test('finds nothing where the reference finds nothing', async () => {
      const plan = parsePlan([{ stage: 'center-of-mass' }, { stage: 'quadrant-interpolation' }]);
      const random = createRandom(9);
      const size = 32;
      const noise = () => Float32Array.from({ length: size * size }, () => random.poisson(200));
      const holed = noise();
      holed[77] = Number.NaN;
      const rois = [noise(), noise(), noise(), new Float32Array(size * size), holed].map((pixels) => ({
        pixels,
        size,
      }));
      const table = await expectParity(engine, plan, rois, TOLERANCE);
      expect([...table.xPx]).toEqual(rois.map(() => Number.NaN));
    });
  },
);
