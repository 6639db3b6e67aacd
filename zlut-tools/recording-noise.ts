import type { CountNoise, ZLutModel } from '#protocol/z-lut-model.ts';
import { createModelFit, fitModel } from '#stages/fit-model.ts';
import { UNKNOWNS } from '#stages/likelihood-sums.ts';
import { countsAt, createRadialCurve, curveAt } from '#stages/spline-model.ts';
import { addNeighbors, countNoise, createNoiseSums, type ModelPixel, type NoiseSums } from './count-noise.ts';

/** An image of the bead of a model, and about where it is. */
export interface TrackedImage {
  /** [row, column] counts of a square ROI. */
  pixels: Float64Array;
  /** ROI px and nm, as tracked with the model; images with a NaN among them are passed over. */
  xPx: number;
  yPx: number;
  zNm: number;
}

/** Light below this share of the model's mean counts weighs as if it were as bright. */
const DARKEST_SHARE = 0.05;

const ITERATIONS = 4;

/** Unknowns of an image: x, y, z, gain and offset. */
const UNKNOWN_COUNT = 5;

/** Counts of noise by photon transfer, as the parameters of the stage maximum-likelihood say it. */
export interface CameraNoise {
  cameraGain: number;
  readNoise: number;
  blackLevel: number;
}

/**
 * Noise of a recording by photon transfer, from the recording itself: what is left of its images when the model is
 * taken away serves as the noise of a flat field, at all counts between the darkest ring and the brightest. Beads
 * may move, since each image has its own fit.
 *
 * @param images of one bead; 20 of 64 px tell the gain to about a percent
 * @param saturation largest count of the camera
 * @returns null where no image can be fitted
 */
export function recordingNoise(
  model: ZLutModel,
  images: Iterable<TrackedImage>,
  saturation = Number.POSITIVE_INFINITY,
): CountNoise | null {
  const residuals = createNoiseSums();
  const fit = createModelFit();
  let fitted = 0;
  for (const { pixels, xPx, yPx, zNm } of images) {
    if (Number.isNaN(xPx + yPx + zNm)) continue;
    const size = Math.sqrt(pixels.length);
    fit.state.fill(0).set([xPx, yPx, zNm, mean(pixels) / model.levelCounts]);
    const image = { pixels, size, noise: model, saturation, unknowns: UNKNOWN_COUNT };
    if (!fitModel(image, model, ITERATIONS, false, fit)) continue;
    addImage(pixels, size, model, fit.state, saturation, residuals);
    fitted += UNKNOWN_COUNT;
  }
  return fitted > 0 ? countNoise(residuals, fitted) : null;
}

/** The parameters of the stage that say the same: what shows without light is read noise, what lacks a black level. */
export function cameraNoise({ cameraGain, floorVariance }: CountNoise): CameraNoise {
  return {
    cameraGain,
    readNoise: Math.sqrt(Math.max(0, floorVariance)) / cameraGain,
    blackLevel: Math.max(0, -floorVariance) / cameraGain,
  };
}

function addImage(
  pixels: Float64Array,
  size: number,
  model: ZLutModel,
  state: Float64Array,
  saturation: number,
  residuals: NoiseSums,
): void {
  const curve = createRadialCurve(model.knots);
  curveAt(model, state[UNKNOWNS.z]!, curve);
  const [x, y] = [state[UNKNOWNS.x]!, state[UNKNOWNS.y]!];
  const [gain, offset] = [state[UNKNOWNS.gain]!, state[UNKNOWNS.offset]!];
  for (let row = 0; row < size; row++) {
    let left: ModelPixel | null = null;
    for (let column = 0; column < size; column++) {
      const measured = pixels[row * size + column]!;
      const r = Math.hypot(column - x, row - y);
      if (!(r <= model.reachPx) || !(measured < saturation)) {
        left = null;
        continue;
      }
      const expected = gain * countsAt(curve, r / model.knotPx) + offset;
      const pixel = { expected, residual: measured - expected };
      if (left) addNeighbors(residuals, left, pixel, DARKEST_SHARE * model.levelCounts);
      left = pixel;
    }
  }
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
