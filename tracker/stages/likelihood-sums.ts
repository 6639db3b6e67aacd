import type { CountNoise, ZLutModel } from '#protocol/z-lut-model.ts';
import { cubicSlopes, cubicWeights } from './cubic-spline.ts';
import { MAX_UNKNOWNS } from './solve-normal.ts';
import type { RadialCurve } from './spline-model.ts';

/** Places of the unknowns of an image; the tilts, counts at the rim of the ROI, come last and may be left out. */
export const UNKNOWNS = { x: 0, y: 1, z: 2, gain: 3, offset: 4, tiltX: 5, tiltY: 6 } as const;

/** Light below this share of the calibration's mean counts spreads as if it were as bright. */
export const DARKEST_SHARE = 0.02;

/** Standard deviations below the largest count from which on a pixel may be cut off. */
export const SATURATION_MARGIN = 3;

/** What an image of a model is compared with. */
export interface LikelihoodImage {
  /** [row, column] counts of a square ROI. */
  readonly pixels: Float64Array;
  readonly size: number;
  readonly noise: CountNoise;
  /** Largest count of the camera; infinite when it has none. */
  readonly saturation: number;
  /** Unknowns of the fit: 5, or 7 with the tilts. */
  readonly unknowns: number;
  /** Standard deviations from which on a pixel counts for nothing; infinite when all count. */
  readonly outlierSigmas: number;
}

/** Sums over the pixels that make one step of Fisher scoring. */
export interface LikelihoodSums {
  /** [unknown, unknown] Fisher information, lower half. */
  information: Float64Array;
  /** [unknown] Slope of the log-likelihood. */
  gradient: Float64Array;
  /** Squared residuals over their variances, and the number of pixels in them. */
  chiSquares: number;
  pixels: number;
  /** The same sum for the mean in place of the model: what there was to explain. */
  contrast: number;
}

export function createLikelihoodSums(): LikelihoodSums {
  return {
    information: new Float64Array(MAX_UNKNOWNS * MAX_UNKNOWNS),
    gradient: new Float64Array(MAX_UNKNOWNS),
    chiSquares: 0,
    pixels: 0,
    contrast: 0,
  };
}

const weights = new Float64Array(4);
const slopes = new Float64Array(4);
const change = new Float64Array(MAX_UNKNOWNS);

/**
 * Compares an image with its model at `state` and adds up what a step needs.
 *
 * A pixel weighs one over the variance the model expects: that of the measured counts would pull towards dark pixels.
 * Saturated pixels, and those the model expects near saturation, weigh nothing, nor do those beyond the reach of the
 * model.
 *
 * @param curve of the model at the state's z
 * @param state [unknown] as in `UNKNOWNS`
 */
export function addLikelihood(
  { pixels, size, noise, saturation, unknowns, outlierSigmas }: LikelihoodImage,
  model: ZLutModel,
  curve: RadialCurve,
  state: Float64Array,
  sums: LikelihoodSums,
): void {
  const { information, gradient } = sums;
  const { counts, countsByZ } = curve;
  const perPx = 1 / model.knotPx;
  const [x, y, gain, offset] = [state[0]!, state[1]!, state[3]!, state[4]!];
  const tilts = unknowns > 5;
  const middle = (size - 1) / 2;
  const leastVariance = noise.cameraGain * DARKEST_SHARE * model.levelCounts * Math.abs(gain);
  information.fill(0);
  gradient.fill(0);
  let chiSquares = 0;
  let used = 0;
  let total = 0;
  let light = 0;
  let lightSquares = 0;
  change[UNKNOWNS.offset] = 1;
  for (let row = 0; row < size; row++) {
    const dy = row - y;
    for (let column = 0; column < size; column++) {
      const dx = column - x;
      const r = Math.sqrt(dx * dx + dy * dy);
      const measured = pixels[row * size + column]!;
      if (!(r <= model.reachPx) || !(measured < saturation)) continue;
      const u = r * perPx;
      const k = Math.floor(u);
      cubicWeights(u - k, weights);
      cubicSlopes(u - k, slopes);
      let p = 0;
      let byR = 0;
      let byZ = 0;
      for (let i = 0; i < 4; i++) {
        p += weights[i]! * counts[k + i]!;
        byR += slopes[i]! * counts[k + i]!;
        byZ += weights[i]! * countsByZ[k + i]!;
      }
      let expected = gain * p + offset;
      if (tilts) {
        change[UNKNOWNS.tiltX] = (column - middle) / middle;
        change[UNKNOWNS.tiltY] = (row - middle) / middle;
        expected += state[UNKNOWNS.tiltX]! * change[UNKNOWNS.tiltX]!;
        expected += state[UNKNOWNS.tiltY]! * change[UNKNOWNS.tiltY]!;
      }
      const variance = Math.max(leastVariance, noise.cameraGain * expected + noise.floorVariance);
      if (expected + SATURATION_MARGIN * Math.sqrt(variance) > saturation) continue;
      const residual = measured - expected;
      const share = inlierShare((residual * residual) / variance, outlierSigmas);
      const weight = share / variance;
      // At the very center the slope along r is 0.
      const alongR = r > 1e-9 ? (gain * byR * perPx) / r : 0;
      change[UNKNOWNS.x] = -alongR * dx;
      change[UNKNOWNS.y] = -alongR * dy;
      change[UNKNOWNS.z] = gain * byZ;
      change[UNKNOWNS.gain] = p;
      for (let a = 0; a < unknowns; a++) {
        const weighted = weight * change[a]!;
        gradient[a]! += weighted * residual;
        for (let b = 0; b <= a; b++) information[a * unknowns + b]! += weighted * change[b]!;
      }
      chiSquares += weight * residual * residual;
      used += share;
      total += weight;
      light += weight * measured;
      lightSquares += weight * measured * measured;
    }
  }
  sums.chiSquares = chiSquares;
  sums.pixels = used;
  sums.contrast = lightSquares - (light * light) / total;
}

/** How much a pixel counts that is off by the root of so many squared standard deviations: Tukey's biweight. */
function inlierShare(squaredSigmas: number, outlierSigmas: number): number {
  if (outlierSigmas === Number.POSITIVE_INFINITY) return 1;
  const beyond = squaredSigmas / (outlierSigmas * outlierSigmas);
  return beyond >= 1 ? 0 : (1 - beyond) * (1 - beyond);
}
