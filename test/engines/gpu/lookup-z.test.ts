import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import { parsePlan } from '#stages/plan.ts';
import { ringRoi, ringZLut } from '../../stages/synthetic-bead.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { expectParity } from '../stage-parity.ts';

const skipReason = gpuSkipReason();
const SIZE = 40;
const PLANES = 24;

/** Rings at every height of the Z-LUT and a little beyond, one noise, one even. */
function rois() {
  const random = createRandom(8);
  const noisy = (counts: number) => random.poisson(Math.max(1, counts));
  return [
    ...Array.from({ length: 22 }, (_, index) =>
      Float32Array.from(ringRoi(SIZE, 19.2, 20.4, -1 + index * 1.19), (counts) => noisy(20 * counts)),
    ),
    Float32Array.from({ length: SIZE * SIZE }, () => noisy(200)),
    new Float32Array(SIZE * SIZE).fill(50),
  ].map((pixels) => ({ pixels, size: SIZE }));
}

/** The rings of the Z-LUT and, above them, the same again: everything has a double. */
function doubled(radii: number) {
  const once = ringZLut(radii, PLANES);
  return {
    ...once,
    planes: 2 * PLANES,
    planeZNm: Float64Array.from({ length: 2 * PLANES }, (_, plane) => 1000 + plane * 100),
    profiles: Float64Array.from([...once.profiles, ...once.profiles.map((counts, at) => counts + (at % 5))]),
  };
}

const PLAN_OF = (lookup: Record<string, unknown>) =>
  parsePlan([
    { stage: 'center-of-mass', params: { background: 'threshold' } },
    { stage: 'quadrant-interpolation', params: { iterations: 2 } },
    { stage: 'radial-profile' },
    { stage: 'lookup-z', params: lookup },
  ]);

describe.skipIf(skipReason)(
  `the Z-LUT lookup on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let engine: GpuEngine;
    beforeAll(async () => {
      engine = await createGpuEngine();
    });
    afterAll(() => engine.close());

    test.each([
      { match: 'weighted-least-squares', nLocal: 3 },
      { match: 'weighted-least-squares', ends: 'fit', minScore: 0.6 },
      { ends: 'fit', nLocal: 7, minScore: 0.5 },
      { minMargin: 0.1 },
    ])('with %o is the reference to 0.01 nm', async (lookup) => {
      // nm: planes are 100 nm apart
      const tolerance = { px: 1e-4, counts: 0.5, zNm: 0.01, score: 1e-5 };
      const table = await expectParity(
        engine,
        PLAN_OF(lookup),
        rois(),
        tolerance,
        ringZLut(SIZE / 2, PLANES),
      );
      expect(table.zNm.filter(Number.isFinite).length).toBeGreaterThan(10);
    });

    test('gives the status bits of the reference', async () => {
      const lookup = {
        ends: 'fit',
        nLocal: 5,
        minScore: 0.6,
        minMargin: 0.02,
        match: 'weighted-least-squares',
      };
      const given = rois();
      const zLuts = [ringZLut(SIZE / 2, PLANES), doubled(SIZE / 2)];
      const seen = { reference: new Set<number>(), gpu: new Set<number>() };
      const rows: number[][] = [];
      for (const tracker of [createReferenceEngine(), engine]) {
        const table = createTrackTable(given.length, 2);
        await tracker.configure({
          plan: PLAN_OF(lookup),
          width: SIZE,
          height: SIZE,
          pixelFormat: 'float32',
          rois: [0, 1].map((bead) => ({ bead, left: 0, top: 0, size: SIZE })),
          zLuts,
          zLutOfBead: [0, 1],
          profiles: false,
        });
        await tracker.track(
          given.map(({ pixels }) => pixels.slice().buffer),
          table,
        );
        rows.push([...table.status]);
        for (const status of table.status) seen[tracker.facts.engine as keyof typeof seen].add(status);
      }
      expect(rows[1]).toEqual(rows[0]);
      const bits = [...seen.gpu].reduce((all, status) => all | status, 0);
      for (const name of ['lut-end', 'ambiguous', 'out-of-range', 'lost', 'no-light'] as const) {
        expect(bits & TRACK_STATUS[name], name).toBe(TRACK_STATUS[name]);
      }
    });
  },
);
