import { expect, test } from 'vitest';
import { createReferenceEngine } from '#engines/reference.ts';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { type TrialFrames, tryPlans } from '#pipeline/try-plans.ts';
import type { Roi } from '#protocol/roi.ts';
import { createRandom } from '#simulation/random.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { ringLight, ringZLut } from '../support/ring-beads.ts';

const SIZE = 48;
const [width, height] = [120, 90];
const FRAMES = 40;
/** ROI px: off the middle, so that a plan without more than the center of mass is off, too. */
const TRUTH = { xPx: 24.6, yPx: 22.7 };
const ROIS: Roi[] = [
  { bead: 3, left: 4, top: 7, size: SIZE },
  { bead: 8, left: 60, top: 20, size: SIZE },
];

/** A ring bead and an ROI that is black, frame by frame; from the 20th on their ROIs are one px further to the right. */
function frames(): TrialFrames {
  const random = createRandom(5);
  const images = Array.from({ length: FRAMES }, (_, frame) => {
    const pixels = new Uint8Array(2 * SIZE * SIZE);
    const shift = frame < 20 ? 0 : 1;
    for (let at = 0; at < SIZE * SIZE; at++) {
      const [x, y] = [at % SIZE, Math.floor(at / SIZE)];
      const light = ringLight(Math.hypot(x - TRUTH.xPx + shift, y - TRUTH.yPx), 12.3, SIZE);
      pixels[at] = Math.min(255, Math.max(0, Math.round(255 * (light + 0.01 * random.normal()))));
    }
    return pixels.buffer;
  });
  return {
    ...{ width, height, pixelFormat: 'mono8', pixels: images },
    timeNs: images.map((_, frame) => frame * 1e7),
    rois: images.map((_, frame) => ROIS.map((roi) => ({ ...roi, left: roi.left + (frame < 20 ? 0 : 1) }))),
  };
}

const zLut = ringZLut(SIZE, 30);
const present = { plan: parsePlan(MAGTRACK_PLAN), zLuts: [zLut], zLutOfBead: [0, -1] };
const proposed = { plan: parsePlan([{ stage: 'center-of-mass' }]), zLuts: [], zLutOfBead: [-1, -1] };

test.each([
  ['reference', createReferenceEngine],
  ['wasm', createWasmEngine],
])(
  'two plans on the same frames: found, noise, differences and status of each bead (%s)',
  async (_, create) => {
    const options = { present, proposed, traceOf: 3, mostMs: Number.POSITIVE_INFINITY };
    const trial = await tryPlans(frames(), options, async () => create());
    expect(trial).toMatchObject({ frames: FRAMES, beads: [{ bead: 3 }, { bead: 8 }] });
    expect(trial.spanS).toBeCloseTo(0.39, 9);
    expect(trial.usPerRoi.present).toBeGreaterThan(0);
    const [ring, dark] = trial.beads;
    expect(ring!.present).toMatchObject({ found: 1, foundZ: 1, status: { ok: FRAMES } });
    expect(ring!.proposed).toMatchObject({ found: 1, foundZ: 0 });
    expect(ring!.proposed.score).toBeNaN();
    expect(ring!.difference.zNm).toBeNaN();
    const { xPx, yPx, zNm } = trial.trace!.present;
    for (let frame = 0; frame < FRAMES; frame++) {
      // The bead stays where it is while its ROI moves; 0.05 px: five times the noise of 1 % light.
      expect(Math.abs(xPx[frame]! - ROIS[0]!.left - TRUTH.xPx)).toBeLessThan(0.05);
      expect(Math.abs(yPx[frame]! - ROIS[0]!.top - TRUTH.yPx)).toBeLessThan(0.05);
      // Half a plane: the noise, and what whole pixels in rings are off.
      expect(Math.abs(zNm[frame]! - 1230)).toBeLessThan(50);
    }
    // The definition: mean square of the steps, halved.
    let squares = 0;
    let offset = 0;
    for (let frame = 0; frame < FRAMES; frame++) {
      if (frame > 0) squares += (xPx[frame]! - xPx[frame - 1]!) ** 2;
      offset += trial.trace!.proposed.xPx[frame]! - xPx[frame]!;
    }
    expect(ring!.present.noise.xPx).toBeCloseTo(Math.sqrt(squares / 2 / (FRAMES - 1)), 12);
    expect(ring!.difference.xPx).toBeCloseTo(offset / FRAMES, 12);
    expect(dark!.present).toMatchObject({ found: 0, foundZ: 0 });
    expect(dark!.present.status).toMatchObject({ 'no-light': FRAMES, lost: FRAMES, 'no-zlut': FRAMES });
    expect([dark!.difference.xPx, dark!.present.noise.xPx]).toEqual([Number.NaN, Number.NaN]);
  },
);

test('a trial that takes too long answers with the frames so far, at least one', async () => {
  const options = { present, proposed, traceOf: 99, mostMs: 0 };
  const trial = await tryPlans(frames(), options, async () => createReferenceEngine());
  expect(trial.frames).toBe(1);
  expect(trial.trace).toBeNull();
  expect(trial.beads[0]!.present).toMatchObject({ found: 1 });
  expect(trial.beads[0]!.present.noise.xPx).toBeNaN();
});
