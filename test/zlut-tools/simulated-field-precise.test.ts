import { beforeAll, describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { biasNm, type ExaminedBead, examineField, spreadOf } from '../support/field-exam.ts';
import type { SimulatedSweepParams } from '../support/simulated-sweep.ts';

/** So far apart that the light of none reaches the ROI of another. */
const field: SimulatedSweepParams = {
  ...{ beads: 4, radiiNm: [500, 1400], spacingPx: 144, seed: 41 },
  ...{ planeZNm: Array.from({ length: 25 }, (_, plane) => 500 + plane * 50), framesPerPlane: 2, fps: 2 },
  ...{ bothWays: true, driftNmPerS: 2, hysteresisNm: 40, photonsPerPixel: 1000 },
};
const HEIGHTS = 150;

describe('beads of two sizes, drift 2 nm/s, hysteresis 40 nm, 1000 photons: models, then random heights', () => {
  let exam: Awaited<ReturnType<typeof examineField>>;
  let beads: ExaminedBead[];
  beforeAll(async () => {
    exam = await examineField(field, HEIGHTS);
    beads = exam.beads;
  });

  test('hysteresis and drift are reported within a tenth', () => {
    const { offsetNm, drift } = exam.built.motion;
    expect(Math.abs(offsetNm[1]!.value - 40)).toBeLessThan(4);
    expect(Math.abs(drift!.value - 2)).toBeLessThan(0.2);
  });

  test('z of no bead is off by 2 nm in the mean, nor x or y by a third of one', () => {
    for (const { bead, x, y, z } of beads) {
      expect(Math.abs(biasNm(z)), `z of bead ${bead}`).toBeLessThan(2);
      expect(Math.abs(biasNm(x)), `x of bead ${bead}`).toBeLessThan(0.3);
      expect(Math.abs(biasNm(y)), `y of bead ${bead}`).toBeLessThan(0.3);
    }
  });

  test('the stated standard deviations are true, and no point is far beyond its own', () => {
    // 600 points tell a standard deviation to 0.03 of itself; the noise of a model of 4 frames a plane adds to that of z.
    for (const axis of ['x', 'y'] as const) {
      const spread = spreadOf(beads.map((bead) => bead[axis]));
      expect(Math.abs(spread - 1), axis).toBeLessThan(0.1);
    }
    const spread = spreadOf(beads.map(({ z }) => z));
    expect(spread).toBeGreaterThan(0.9);
    expect(spread).toBeLessThan(1.2);
    for (const { bead, z, chiSquared, status } of beads) {
      for (const [frame, errorNm] of z.nm.entries()) {
        expect(Math.abs(errorNm), `bead ${bead}`).toBeLessThan(5 * z.sigmaNm[frame]!);
        expect(status[frame]! & ~TRACK_STATUS.saturated).toBe(0);
        // 4096 pixels scatter it by 0.022.
        expect(Math.abs(chiSquared[frame]! - 1)).toBeLessThan(0.12);
      }
    }
  });
});
