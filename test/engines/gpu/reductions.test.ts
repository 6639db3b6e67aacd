import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reduction } from '#engines/gpu/compose.ts';
import { openGpu } from '#engines/gpu/device.ts';
import { createGpuEngine, type GpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { type Plan, parsePlan, planMethod } from '#stages/plan.ts';
import { presetPlan } from '#stages/presets.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { beadRow, ringFrame, setupOf, shapeOf } from '../../support/ring-beads.ts';
import { expectSameTracks, tracksBy } from './gpu-tracks.ts';

const skipReason = gpuSkipReason();
const SIZE = 33;
const PLANES = 30;

// Single precision against double: a pixel may go to the other of two rings it is half-way between.
const AS_REFERENCE = { px: 1e-3, zNm: 0.5, score: 1e-5, profileShare: 1e-4 };

/** Profiles of a bead at every plane, and all of them again above: whatever is found is found twice. */
async function doubledZLut(plan: Plan): Promise<ZLut> {
  const profilesOnly = plan.filter(({ stage }) => stage !== 'lookup-z');
  const beads = beadRow([SIZE], { seed: 351 });
  const shape = shapeOf(beads, 'mono12');
  const frames = Array.from({ length: PLANES }, (_, plane) =>
    ringFrame(shape, [{ ...beads[0]!, plane }], { seed: 352 + plane }),
  );
  const setup = setupOf(beads, shape, profilesOnly, []);
  const { profiles, radii } = await tracksBy(createReferenceEngine(), setup, frames);
  return {
    name: 'doubled',
    planes: 2 * PLANES,
    radii,
    planeZNm: Float64Array.from({ length: 2 * PLANES }, (_, plane) => 100 * plane),
    profiles: Float64Array.from([...profiles, ...profiles]),
    method: planMethod(plan, SIZE)!,
  };
}

describe.skipIf(skipReason).each<[Reduction, number]>([
  ['tree', 8],
  ['tree', 64],
  ['subgroup', 8],
  ['subgroup', 64],
])(
  `lanes that add up by %s, %i together${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  (reduction, lanes) => {
    let engine: GpuEngine | null = null;
    beforeAll(async () => {
      const gpu = await openGpu();
      const isOffered = reduction === 'tree' || gpu.device.features.has('subgroups');
      gpu.close();
      if (isOffered) engine = await createGpuEngine({ reduction, lanes });
    });
    afterAll(() => engine?.close());

    test('add up what each of them found, wherever in the ROI it lies', async () => {
      if (!engine) return;
      // One bright pixel an ROI, at another lane's place in each.
      const rois = Array.from({ length: 64 }, (_, bead) => ({ bead, left: 0, top: 0, size: SIZE }));
      const setup = {
        plan: parsePlan([{ stage: 'center-of-mass', params: { background: 'mean' } }]),
        width: SIZE,
        height: SIZE,
        pixelFormat: 'mono8' as const,
        rois: rois.slice(0, 1),
        zLuts: [],
        zLutOfBead: [-1],
        profiles: false,
      };
      const frames = rois.map(({ bead }) => {
        const pixels = new Uint8Array(SIZE * SIZE).fill(10);
        pixels[(8 + Math.floor(bead / 8)) * SIZE + 16 + (bead % 8)] = 200;
        return pixels.buffer;
      });
      const want = await tracksBy(createReferenceEngine(), setup, frames);
      expectSameTracks(await tracksBy(engine, setup, frames), want, { ...AS_REFERENCE, px: 1e-5 });
      expect(new Set(want.xPx).size).toBeGreaterThanOrEqual(8);
    });

    test.each(['magtrack', 'quadrant'] as const)(
      'give the tracks of the reference with the %s preset, every time the same, and the first of two equal planes',
      async (preset) => {
        if (!engine) return;
        const plan = presetPlan(preset);
        const beads = beadRow([SIZE, SIZE, SIZE], { seed: 341, planes: PLANES });
        const shape = shapeOf(beads, 'mono12');
        const frames = [ringFrame(shape, beads, { seed: 342 })];
        const setup = setupOf(beads, shape, plan, [await doubledZLut(plan)]);
        const got = await tracksBy(engine, setup, frames);
        expectSameTracks(got, await tracksBy(createReferenceEngine(), setup, frames), AS_REFERENCE);
        expect([...got.zNm].every((zNm) => zNm > 0 && zNm < 100 * PLANES)).toBe(true);
        const ambiguous = preset === 'quadrant' ? TRACK_STATUS.ambiguous : 0;
        expect([...got.status]).toEqual([ambiguous, ambiguous, ambiguous]);
        const again = await tracksBy(engine, setup, frames);
        expect(new Uint8Array(again.buffer)).toEqual(new Uint8Array(got.buffer));
      },
    );
  },
);
