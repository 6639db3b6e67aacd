import type { BeadState } from '#stages/define.ts';
import { parsePlan, planRadii, stageNamed } from '#stages/plan.ts';

const PLAN = parsePlan([{ stage: 'center-of-mass' }, { stage: 'auto-conv' }, { stage: 'radial-profile' }]);

/**
 * Radial profile of the mean image of a plane, for a person to see: rings of whole px around the middle that
 * auto-convolution finds.
 * @param pixels [row, column] counts of a square ROI
 * @returns [radius] counts; NaN where a ring holds no pixel
 */
export function meanProfile(pixels: Float64Array, size: number): Float32Array {
  const bead: BeadState = {
    pixels,
    size,
    zLut: null,
    xPx: Number.NaN,
    yPx: Number.NaN,
    profile: new Float64Array(planRadii(PLAN, size)),
    zNm: Number.NaN,
    score: Number.NaN,
  };
  for (const { stage, params } of PLAN) stageNamed(stage).reference(bead, params);
  return Float32Array.from(bead.profile);
}
