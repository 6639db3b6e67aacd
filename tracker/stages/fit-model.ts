import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { addLikelihood, createLikelihoodSums, type LikelihoodImage, UNKNOWNS } from './likelihood-sums.ts';
import { scratch } from './scratch.ts';
import { MAX_UNKNOWNS, solveNormal } from './solve-normal.ts';
import { createRadialCurve, curveAt, modelRange } from './spline-model.ts';

/** What bounds the steps of a fit. */
export const FIT_LIMITS = {
  /** Farthest a step goes along x and y, and along z: beyond, the image is no longer straight in them. */
  stepPx: 0.5,
  stepZNm: 100,
  /** Largest factor by which a step changes the gain. */
  stepGain: 2,
  /** Standard deviations of x, y and z below which a step is the last. */
  lastStepSigmas: 0.15,
  /** A fit whose last step was longer has not arrived. */
  arrivedSigmas: 0.5,
  /** Standard deviations from which on a pixel of a robust fit counts for nothing. */
  outlierSigmas: 6,
} as const;

/** Chi-squared of normal residuals when they count by Tukey's biweight: their moments to the sixth. */
export const ROBUST_CHI_SQUARED =
  (1 - 6 / FIT_LIMITS.outlierSigmas ** 2 + 15 / FIT_LIMITS.outlierSigmas ** 4) /
  (1 - 2 / FIT_LIMITS.outlierSigmas ** 2 + 3 / FIT_LIMITS.outlierSigmas ** 4);

/** Where a fit ended. */
export interface ModelFit {
  /** [unknown] as in `UNKNOWNS`. */
  readonly state: Float64Array;
  /** [unknown] by the inverse of the Fisher information. */
  readonly variances: Float64Array;
  /** Squared residuals over their variances, for each degree of freedom: 1 where the model is that of the bead. */
  chiSquared: number;
  /** Share of the contrast of the image, beyond that of noise, that the model leaves unexplained. */
  unexplained: number;
  /** Degrees of freedom. */
  freedom: number;
  /** Whether the last step was short. */
  arrived: boolean;
}

export function createModelFit(): ModelFit {
  return {
    state: new Float64Array(MAX_UNKNOWNS),
    variances: new Float64Array(MAX_UNKNOWNS),
    chiSquared: Number.NaN,
    unexplained: Number.NaN,
    freedom: 0,
    arrived: false,
  };
}

export function copyModelFit(from: ModelFit, to: ModelFit): void {
  to.state.set(from.state);
  to.variances.set(from.variances);
  to.chiSquared = from.chiSquared;
  to.unexplained = from.unexplained;
  to.freedom = from.freedom;
  to.arrived = from.arrived;
}

const curveOf = scratch(createRadialCurve);
const sums = createLikelihoodSums();
const step = new Float64Array(MAX_UNKNOWNS);

/**
 * Fits a model to an image by Fisher scoring, from where `fit.state` is.
 *
 * @param iterations steps at most; a step below 0.15 standard deviations is the last
 * @param robust whether pixels far off the model count less, once a step has been made
 * @returns false where the unknowns cannot be told apart: `fit` then holds nothing
 * Source: Fisher scoring, McCullagh & Nelder, Generalized Linear Models, section 2.5. Chi-squared is that of the last
 * image less what the last step gains, which spares an image.
 */
export function fitModel(
  image: Omit<LikelihoodImage, 'outlierSigmas'>,
  model: ZLutModel,
  iterations: number,
  robust: boolean,
  fit: ModelFit,
): boolean {
  const { state, variances } = fit;
  const { unknowns } = image;
  const curve = curveOf(model.knots);
  const compared = { ...image, outlierSigmas: Number.POSITIVE_INFINITY };
  for (let iteration = 0; iteration < iterations; iteration++) {
    curveAt(model, state[UNKNOWNS.z]!, curve);
    addLikelihood(compared, model, curve, state, sums);
    if (!solveNormal(sums.information, sums.gradient, unknowns, step, variances)) return false;
    let gain = 0;
    for (let unknown = 0; unknown < unknowns; unknown++) gain += sums.gradient[unknown]! * step[unknown]!;
    const shortened = takeStep(state, step, unknowns, model);
    fit.freedom = sums.pixels - unknowns;
    const squares = sums.chiSquares - (shortened ? 0 : gain);
    const expected = compared.outlierSigmas < Number.POSITIVE_INFINITY ? ROBUST_CHI_SQUARED : 1;
    fit.chiSquared = squares / (expected * fit.freedom);
    fit.unexplained = (fit.chiSquared - 1) / Math.max(sums.contrast / fit.freedom - 1, 0);
    const sigmas = stepSigmas(step, variances);
    fit.arrived = sigmas < FIT_LIMITS.arrivedSigmas;
    if (sigmas < FIT_LIMITS.lastStepSigmas) break;
    if (robust) compared.outlierSigmas = FIT_LIMITS.outlierSigmas * Math.sqrt(Math.max(1, fit.chiSquared));
  }
  return fit.freedom > 0 && Number.isFinite(fit.chiSquared);
}

/** Moves the state by a step, which is shortened to what it may be at most. @returns whether it was */
function takeStep(state: Float64Array, wanted: Float64Array, unknowns: number, model: ZLutModel): boolean {
  const [lowest, highest] = modelRange(model);
  let shortened = false;
  for (let unknown = 0; unknown < unknowns; unknown++) {
    const from = state[unknown]!;
    let to = from + wanted[unknown]!;
    if (unknown === UNKNOWNS.z) {
      to = Math.min(Math.max(to, from - FIT_LIMITS.stepZNm, lowest), from + FIT_LIMITS.stepZNm, highest);
    } else if (unknown === UNKNOWNS.gain) {
      to = Math.min(Math.max(to, from / FIT_LIMITS.stepGain), from * FIT_LIMITS.stepGain);
    } else if (unknown < UNKNOWNS.z) {
      to = Math.min(Math.max(to, from - FIT_LIMITS.stepPx), from + FIT_LIMITS.stepPx);
    }
    if (to !== from + wanted[unknown]!) shortened = true;
    state[unknown] = to;
  }
  return shortened;
}

/** Longest of the steps along x, y and z in standard deviations. */
function stepSigmas(taken: Float64Array, variances: Float64Array): number {
  let longest = 0;
  for (let unknown = 0; unknown <= UNKNOWNS.z; unknown++) {
    longest = Math.max(longest, Math.abs(taken[unknown]!) / Math.sqrt(variances[unknown]!));
  }
  return longest;
}
