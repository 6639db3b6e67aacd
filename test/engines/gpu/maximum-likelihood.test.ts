import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { ZLutError } from '#protocol/errors.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { planRadii } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { fitDifferences } from '../contract/fit-agreement.ts';
import { likelihoodCases } from '../contract/likelihood-cases.ts';

// float32 costs under 1e-4 standard deviations here.
const TOLERANCE = { sigmas: 1e-3, share: 2e-5, unstated: 1e-3 };
/** Whether a pixel near saturation counts may depend on the last digit, which costs 0.01 standard deviations. */
const TOLERANCE_SATURATED = { sigmas: 0.03, share: 1e-3, unstated: 1e-3 };
const TOLERANCE_SCORE = 1e-5;

/** Each kernel takes seconds to compile: what others do alike is left out, and ROI sizes, which the contract has. */
const LEFT_OUT = [
  'robust, with and without dirt',
  'tilt, with and without a slope',
  '48 px',
  '51 px',
  '100 px',
  'sizes of all kinds',
];
const CASES = likelihoodCases();
const named = (name: string) => CASES.find((row) => row.name === name)!;

const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(
  `maximum likelihood on the GPU${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let engine: GpuEngine;
    beforeAll(async () => {
      engine = await createGpuEngine();
    });
    afterAll(() => engine.close());

    async function fitsBy(by: Engine, setup: EngineSetup, frames: ArrayBuffer[]): Promise<TrackTable> {
      const { plan, rois, profiles } = setup;
      const radii = profiles ? Math.max(...rois.map(({ size }) => planRadii(plan, size))) : 0;
      const table = createTrackTable(frames.length, rois.length, radii, true);
      await by.configure(setup);
      await by.track(frames, table);
      return table;
    }

    async function expectAgreement(
      setup: EngineSetup,
      frames: ArrayBuffer[],
      by: Engine,
    ): Promise<TrackTable> {
      const want = await fitsBy(createReferenceEngine(), setup, frames);
      const got = await fitsBy(by, setup, frames);
      const saturates = want.status.some((bits) => (bits & TRACK_STATUS.saturated) !== 0);
      expect(fitDifferences(got, want, saturates ? TOLERANCE_SATURATED : TOLERANCE)).toEqual([]);
      for (const [row, score] of want.score.entries()) {
        const same = Object.is(got.score[row], score) || Math.abs(got.score[row]! - score) <= TOLERANCE_SCORE;
        expect(same, `score ${row}: expected ${score}, received ${got.score[row]}`).toBe(true);
      }
      return got;
    }

    test.each(CASES.filter(({ name }) => !LEFT_OUT.includes(name)))(
      '$name: agrees with the reference',
      async ({ setup, frames }) => {
        await expectAgreement(setup, frames, engine);
      },
    );

    test('agrees with as many lanes as on a graphics card, and gives the profiles of the last seed', async () => {
      const card = await createGpuEngine({ lanes: 64 });
      const { setup, frames } = named('dirt, noise, a stranger, no Z-LUT');
      const withProfiles = { ...setup, profiles: true };
      const want = await fitsBy(createReferenceEngine(), withProfiles, frames);
      const got = await expectAgreement(withProfiles, frames, card);
      const wrong = [...want.profiles].filter(
        (counts, at) =>
          !(Object.is(got.profiles[at], counts) || Math.abs(got.profiles[at]! - counts) <= 1e-4 * counts),
      );
      expect(wrong).toEqual([]);
      expect(want.profiles.length).toBeGreaterThan(0);
      await card.close();
    });

    test('the fit of a bead is the same among others and alone, frame after frame', async () => {
      const { setup, frames } = named('as calibrated');
      const [frame] = frames;
      const together = await fitsBy(engine, setup, [frame!, frame!]);
      const last = setup.rois.length - 1;
      const one = { ...setup, rois: [setup.rois[last]!], zLutOfBead: [setup.zLutOfBead[last]!] };
      const alone = await fitsBy(engine, one, [frame!]);
      for (const column of ['xPx', 'yPx', 'zNm', 'sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const) {
        expect([together[column][last], together[column][2 * last + 1]]).toEqual([
          alone[column][0],
          alone[column][0],
        ]);
      }
    });

    test('refuses a Z-LUT without a model', async () => {
      const { setup } = named('as calibrated');
      const zLuts = setup.zLuts.map(({ model: _, ...plain }) => plain);
      await expect(engine.configure({ ...setup, zLuts })).rejects.toThrow(ZLutError);
    });
  },
);
