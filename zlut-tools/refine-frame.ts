import type { ZLutModel } from '#protocol/z-lut-model.ts';
import {
  addLikelihood,
  createLikelihoodSums,
  type LikelihoodImage,
  UNKNOWNS,
} from '#stages/likelihood-sums.ts';
import { solveNormal } from '#stages/solve-normal.ts';
import type { RadialCurve } from '#stages/spline-model.ts';

/**
 * What the light of a sweep may do, as a share: without it, gain and offset of faint rings drift apart, since a
 * little more of one and less of the other looks the same.
 */
const LIGHT_SPREAD = 0.05;

/** Farthest a step moves a center. */
const STEP_PX = 0.5;

const sums = createLikelihoodSums();
const step = new Float64Array(5);
const variances = new Float64Array(5);

/**
 * Moves center, gain and offset of a calibration frame towards where its model fits best, at the height it was taken.
 *
 * @param curve of the model at that height
 * @param state [unknown] as in `UNKNOWNS`; z stays
 * @returns chi-squared for each degree of freedom, of the image before the last step; infinite where there is no fit
 */
export function refineFrame(
  image: LikelihoodImage,
  model: ZLutModel,
  curve: RadialCurve,
  state: Float64Array,
  steps: number,
): number {
  const { z, gain, offset } = UNKNOWNS;
  const { information, gradient } = sums;
  const n = image.unknowns;
  const certainty = 1 / LIGHT_SPREAD ** 2;
  for (let taken = 0; taken < steps; taken++) {
    addLikelihood(image, model, curve, state, sums);
    for (let unknown = 0; unknown < n; unknown++) {
      const [row, column] = unknown < z ? [z, unknown] : [unknown, z];
      information[row * n + column] = unknown === z ? 1 : 0;
    }
    gradient[z] = 0;
    information[gain * n + gain]! += certainty;
    gradient[gain]! += certainty * (1 - state[gain]!);
    information[offset * n + offset]! += certainty / model.levelCounts ** 2;
    gradient[offset]! -= (certainty / model.levelCounts ** 2) * state[offset]!;
    if (!solveNormal(information, gradient, n, step, variances)) return Number.POSITIVE_INFINITY;
    for (let unknown = 0; unknown < n; unknown++) {
      const reach = unknown < z ? STEP_PX : Number.POSITIVE_INFINITY;
      state[unknown]! += Math.min(Math.max(step[unknown]!, -reach), reach);
    }
  }
  const { x, y } = UNKNOWNS;
  const last = image.size - 1;
  const inside = state[x]! >= 0 && state[x]! <= last && state[y]! >= 0 && state[y]! <= last;
  return inside ? sums.chiSquares / sums.pixels : Number.POSITIVE_INFINITY;
}
