import { z } from 'zod';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { CountNoise, ZLutModel } from '#protocol/z-lut-model.ts';
import { type BeadPlace, type BeadState, defineStage } from './define.ts';
import {
  copyModelFit,
  createModelFit,
  FIT_LIMITS,
  fitModel,
  type ModelFit,
  ROBUST_CHI_SQUARED,
} from './fit-model.ts';
import { SEED_CENTERS, seedAgain } from './likelihood-seeds.ts';
import { DARKEST_SHARE, type LikelihoodImage, SATURATION_MARGIN, UNKNOWNS } from './likelihood-sums.ts';
import { LEAST_PIVOT } from './solve-normal.ts';
import { modelRange } from './spline-model.ts';

/** A fit that finds less than this share of the bead's rings in the light of the ROI is one of noise. */
const LEAST_CONTRAST = 0.25;

/** A model that leaves more than this share of the contrast unexplained is that of another bead or height. */
const MOST_UNEXPLAINED = 0.3;

/** One that leaves less is in place, however sure the misfit is: the rings of real beads are not quite round. */
const LITTLE_UNEXPLAINED = 0.1;

/** Standard deviations of chi-squared above what is expected from which on another seed is tried. */
const MISFIT_SIGMAS = 4;

/** Multiple of the expected chi-squared from which on the image is not quite that of the model. */
const POOR_FIT = 1.25;

/** What the lookup said of the height that it found, not of this one. */
const OF_LOOKUP = TRACK_STATUS.unsure | TRACK_STATUS.ambiguous | TRACK_STATUS['lut-end'];

const params = z.object({
  iterations: z.number().int().min(1).max(12).default(6).meta({
    title: 'Iterations',
    description: 'Steps at most; a fit ends sooner once a step is short, as a rule after two or three.',
  }),
  cameraGain: z.number().min(0).default(0).meta({
    title: 'Camera gain',
    description: 'Counts a detected photon. 0 takes gain and read noise as the calibration frames show them.',
    unit: 'counts',
  }),
  readNoise: z.number().min(0).default(0).meta({
    title: 'Read noise',
    description: 'Standard deviation of a dark pixel; only with a camera gain.',
    unit: 'photons',
  }),
  blackLevel: z.number().min(0).default(0).meta({
    title: 'Black level',
    description: 'Counts of the camera without light; only with a camera gain.',
    unit: 'counts',
  }),
  robust: z.boolean().default(false).meta({
    title: 'Robust',
    description: 'Whether pixels far off the model count less: for dirt and neighbors in the ROI.',
  }),
  tilt: z.boolean().default(false).meta({
    title: 'Tilt',
    description: 'Whether the light may rise along x and y across the ROI.',
  }),
  warmStart: z.boolean().default(false).meta({
    title: 'Warm start',
    description:
      'Whether the fit starts where the bead last was, and the stages before it run only where that is not the place. Saves their time; a point found so has no score. None where profiles are asked for.',
  }),
});

type MaximumLikelihoodParams = z.output<typeof params>;

/**
 * Place and height of the bead by maximum likelihood: its image is the Z-LUT's model, gain * P(r, z) + offset, and
 * every pixel counts by the photons that made it. Reaches the limit that the photons set, and says how far off each
 * number may be: the standard deviations by the inverse Fisher information, times the root of chi-squared where that
 * is above 1.
 *
 * Starts from the center and the height of earlier stages, and again from others where chi-squared says that the fit
 * is wrong; where it stays a quarter above that of the calibration
 * frames the bead is `poor-fit`. z is NaN at the ends of the model, and, with the bead
 * `unsure`, where the model leaves 0.3 of the contrast unexplained. Where the rings are hardly there, x and y are NaN,
 * too. Without a model the center stays as it is.
 *
 * With `warmStart` it first starts where the bead last was. Where it then ends explains nine tenths of the contrast, or
 * the whole plan runs; it is the same end to 0.02 standard deviations, but the score is NaN.
 */
export const maximumLikelihood = defineStage({
  name: 'maximum-likelihood',
  title: 'Maximum likelihood',
  source:
    'Fisher scoring on all pixels with the expected variance as weight; a smooth look-up table and errors that are stated as in Kovari et al., Opt. Express 27 (2019) 29875, but of the whole image instead of its radial profile, with center, gain and offset free.',
  params,
  reads: ['center', 'zNm'],
  writes: ['center', 'zNm', 'sigma', 'chiSquared'],
  needsModel: true,

  reference(bead, chosen) {
    forgetFit(bead);
    const model = bead.zLut?.model;
    if (!model) return;
    if (!fitFromSeeds(bead, model, chosen)) {
      bead.zNm = Number.NaN;
      return;
    }
    report(bead, model, noiseOf(model, chosen));
  },

  resume(bead, chosen) {
    forgetFit(bead);
    const model = bead.zLut?.model;
    if (!model || !bead.last) return false;
    best.chiSquared = Number.POSITIVE_INFINITY;
    if (!fitFrom(bead.last, imageOf(bead, model, chosen), model, chosen) || !explains(best)) return false;
    bead.status = 0;
    report(bead, model, noiseOf(model, chosen));
    bead.score = Number.NaN;
    bead.profile.fill(Number.NaN);
    return Number.isFinite(bead.zNm);
  },

  constants: ({ iterations, cameraGain, readNoise, blackLevel, robust, tilt }) => ({
    maximumLikelihoodIterations: iterations,
    maximumLikelihoodCameraGain: cameraGain,
    maximumLikelihoodFloorVariance: floorVariance(cameraGain, readNoise, blackLevel),
    maximumLikelihoodRobust: robust ? 1 : 0,
    maximumLikelihoodUnknowns: unknownsOf(tilt),
    maximumLikelihoodAttempts: SEED_CENTERS.length,
    maximumLikelihoodLeastContrast: LEAST_CONTRAST,
    maximumLikelihoodMostUnexplained: MOST_UNEXPLAINED,
    maximumLikelihoodLittleUnexplained: LITTLE_UNEXPLAINED,
    maximumLikelihoodMisfitSigmas: MISFIT_SIGMAS,
    maximumLikelihoodPoorFitLimit: POOR_FIT,
    maximumLikelihoodStepPx: FIT_LIMITS.stepPx,
    maximumLikelihoodStepZNm: FIT_LIMITS.stepZNm,
    maximumLikelihoodStepGain: FIT_LIMITS.stepGain,
    maximumLikelihoodLastStepSigmas: FIT_LIMITS.lastStepSigmas,
    maximumLikelihoodArrivedSigmas: FIT_LIMITS.arrivedSigmas,
    maximumLikelihoodOutlierSigmas: FIT_LIMITS.outlierSigmas,
    maximumLikelihoodRobustChiSquared: ROBUST_CHI_SQUARED,
    maximumLikelihoodDarkestShare: DARKEST_SHARE,
    maximumLikelihoodSaturationMargin: SATURATION_MARGIN,
    maximumLikelihoodLeastPivot: LEAST_PIVOT,
    maximumLikelihoodOfLookup: OF_LOOKUP,
    maximumLikelihoodUnsure: TRACK_STATUS.unsure,
    maximumLikelihoodPoorFit: TRACK_STATUS['poor-fit'],
  }),
});

const best = createModelFit();
const next = createModelFit();

/** Fits from one seed after another until one is right; the best is in `best`. @returns whether there is any */
function fitFromSeeds(bead: BeadState, model: ZLutModel, chosen: MaximumLikelihoodParams): boolean {
  const image = imageOf(bead, model, chosen);
  const given: BeadPlace = { xPx: bead.xPx, yPx: bead.yPx, zNm: bead.zNm };
  best.chiSquared = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt <= SEED_CENTERS.length; attempt++) {
    const seed = attempt === 0 ? given : seedAgain(bead, attempt - 1);
    if (!(Number.isFinite(seed.xPx) && Number.isFinite(seed.yPx) && Number.isFinite(seed.zNm))) continue;
    if (!fitFrom(seed, image, model, chosen)) continue;
    if (isInPlace(best, expectedOf(best, model, image.noise))) break;
  }
  // Other seeds have moved the center of the bead.
  bead.xPx = given.xPx;
  bead.yPx = given.yPx;
  return best.chiSquared < Number.POSITIVE_INFINITY;
}

/** Fits from a place, and keeps the fit if it is the best. @returns whether it could be fitted */
function fitFrom(
  { xPx, yPx, zNm }: BeadPlace,
  image: LitImage,
  model: ZLutModel,
  { iterations, robust }: MaximumLikelihoodParams,
): boolean {
  next.state.fill(0).set([xPx, yPx, zNm, image.meanCounts / model.levelCounts]);
  if (!fitModel(image, model, iterations, robust, next)) return false;
  if (next.chiSquared < best.chiSquared) copyModelFit(next, best);
  return true;
}

interface LitImage extends Omit<LikelihoodImage, 'outlierSigmas'> {
  meanCounts: number;
}

function imageOf(bead: BeadState, model: ZLutModel, chosen: MaximumLikelihoodParams): LitImage {
  const { pixels, size, saturation = Number.POSITIVE_INFINITY } = bead;
  const noise = noiseOf(model, chosen);
  return { pixels, size, saturation, noise, unknowns: unknownsOf(chosen.tilt), meanCounts: mean(pixels) };
}

function forgetFit(bead: BeadState): void {
  bead.sigmaXPx = Number.NaN;
  bead.sigmaYPx = Number.NaN;
  bead.sigmaZNm = Number.NaN;
  bead.chiSquared = Number.NaN;
}

/** Chi-squared that the calibration frames had, were they in this light. */
function expectedOf({ state }: ModelFit, model: ZLutModel, noise: CountNoise): number {
  return 1 + (model.misfit * state[UNKNOWNS.gain]! * model.cameraGain) / noise.cameraGain;
}

function isGood(fit: ModelFit, expected: number): boolean {
  return fit.arrived && fit.chiSquared <= expected * margin(fit);
}

/** Multiple of what is expected that chi-squared may be by chance. */
function margin({ freedom }: ModelFit): number {
  return 1 + MISFIT_SIGMAS * Math.sqrt(2 / freedom);
}

/** Whether no other seed need be tried. */
function isInPlace(fit: ModelFit, expected: number): boolean {
  return isGood(fit, expected) || explains(fit);
}

/** Whether a fit leaves so little that it is the bead's, wherever it started: on other rings it would leave more. */
function explains({ arrived, unexplained }: ModelFit): boolean {
  return arrived && unexplained < LITTLE_UNEXPLAINED;
}

/** Writes the best fit into the bead. */
function report(bead: BeadState, model: ZLutModel, noise: CountNoise): void {
  const { state, variances, chiSquared } = best;
  const light = state[UNKNOWNS.gain]! * model.levelCounts;
  const sees = light >= LEAST_CONTRAST * (light + state[UNKNOWNS.offset]!);
  const inside = isInside(state[UNKNOWNS.x]!, bead.size) && isInside(state[UNKNOWNS.y]!, bead.size);
  let status = (bead.status ?? 0) & ~OF_LOOKUP;
  bead.chiSquared = chiSquared;
  bead.zNm = Number.NaN;
  if (!sees || !inside) {
    bead.xPx = Number.NaN;
    bead.yPx = Number.NaN;
    bead.status = status | TRACK_STATUS.unsure;
    return;
  }
  const spread = Math.sqrt(Math.max(1, chiSquared));
  bead.xPx = state[UNKNOWNS.x]!;
  bead.yPx = state[UNKNOWNS.y]!;
  bead.sigmaXPx = spread * Math.sqrt(variances[UNKNOWNS.x]!);
  bead.sigmaYPx = spread * Math.sqrt(variances[UNKNOWNS.y]!);
  const [lowest, highest] = modelRange(model);
  const zNm = state[UNKNOWNS.z]!;
  const ends = zNm <= lowest || zNm >= highest;
  const expected = expectedOf(best, model, noise);
  const alike = !(best.unexplained > MOST_UNEXPLAINED) || isGood(best, expected);
  if (alike && !ends) {
    bead.zNm = zNm;
    bead.sigmaZNm = spread * Math.sqrt(variances[UNKNOWNS.z]!);
  }
  if (!alike) status |= TRACK_STATUS.unsure;
  else if (!best.arrived || chiSquared > expected * Math.max(POOR_FIT, margin(best)))
    status |= TRACK_STATUS['poor-fit'];
  bead.status = status;
}

/** Noise as the parameters say, or as the calibration has it. */
function noiseOf(
  model: CountNoise,
  { cameraGain, readNoise, blackLevel }: MaximumLikelihoodParams,
): CountNoise {
  if (cameraGain === 0) return model;
  return { cameraGain, floorVariance: floorVariance(cameraGain, readNoise, blackLevel) };
}

/** counts^2: of the read noise, less what the black level adds to the counts. */
function floorVariance(cameraGain: number, readNoise: number, blackLevel: number): number {
  return (cameraGain * readNoise) ** 2 - cameraGain * blackLevel;
}

function unknownsOf(tilt: boolean): number {
  return tilt ? 7 : 5;
}

function isInside(px: number, size: number): boolean {
  return px >= 0 && px <= size - 1;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
