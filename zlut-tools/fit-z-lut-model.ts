import { ZLutError } from '#protocol/errors.ts';
import type { CountNoise, ZLutModel } from '#protocol/z-lut-model.ts';
import { cubicWeights } from '#stages/cubic-spline.ts';
import { UNKNOWNS } from '#stages/likelihood-sums.ts';
import { countsAt, createRadialCurve, curveAt, radialKnots } from '#stages/spline-model.ts';
import { addNeighbors, countNoise, createNoiseSums, type ModelPixel, type NoiseSums } from './count-noise.ts';
import { heightBends } from './height-bends.ts';
import { cubicOfQuintic, type HeightGrid, heightGrid, heightPlace, modelHeights } from './height-spline.ts';
import {
  addPixel,
  addSmoothness,
  createPlaneEquations,
  type PlaneEquations,
  solvePlanes,
} from './model-equations.ts';
import { type CalibrationPlane, misfitOf } from './model-misfit.ts';
import { refineFrame } from './refine-frame.ts';

/** One image of the bead at a known height. */
export interface CalibrationFrame {
  /** [row, column] counts of the ROI. */
  pixels: ArrayLike<number>;
  zNm: number;
  /** First guess of the center, ROI px; finite. */
  xPx: number;
  yPx: number;
}

export interface ModelOptions {
  /** Side of the ROIs. */
  size: number;
  /** Name of the Z-LUT in messages. */
  name: string;
  /** Largest count of the camera; none when left out. */
  saturation?: number;
  /** Called with each round of `MODEL_ROUNDS` that begins. */
  onRound?(round: number): void;
}

/** Distance of the knots in r; 1 px loses up to a tenth of the precision near the focus of a bright bead. */
const KNOT_PX = 0.5;

/** Fewest heights that tell a model from its noise. */
const MIN_PLANES = 8;

/** How often centers, light and coefficients are fitted in turn. */
export const MODEL_ROUNDS = 4;

/** How often the last fit is smoothed along z: only there are centers and noise known. */
const SMOOTHINGS = 3;

/** Farthest a center is expected to move from its first guess. */
const CENTER_MARGIN_PX = 2;

/** Light below this share of the mean spreads as if it were as bright. */
const DARKEST_SHARE = 0.05;

/**
 * Fits a smooth model of the bead's image to every pixel of a focal sweep by weighted least squares.
 *
 * Coefficients are fitted to all frames with their centers, gains and offsets as known, then those of each frame to
 * the model, four times. The noise of the camera comes from what is left.
 *
 * @returns its gain and noise are NaN-free also for images without noise
 * @throws {ZLutError} with fewer than 8 planes
 */
export function fitZLutModel(frames: readonly CalibrationFrame[], options: ModelOptions): ZLutModel {
  const { size, name, saturation = Number.POSITIVE_INFINITY, onRound } = options;
  const planes = planesOf(frames);
  if (planes.length < MIN_PLANES) {
    throw new ZLutError({
      where: name,
      expected: `frames at ${MIN_PLANES} or more heights for a model`,
      received: `${planes.length}`,
      remedy: 'record a focal sweep with more planes',
    });
  }
  const grid = heightGrid(planes.map(({ zNm }) => zNm));
  let model = emptyModel(planes, grid, size);
  const quintic = new Float64Array(grid.zKnots * model.knots);
  for (let round = 0; round < MODEL_ROUNDS; round++) {
    onRound?.(round);
    if (round > 0) refineFrames(planes, model, size, saturation, round === 1);
    const smoothings = round === MODEL_ROUNDS - 1 ? SMOOTHINGS : 0;
    model = fitCoefficients(planes, grid, model, quintic, size, saturation, round > 0, smoothings);
  }
  const known = trimmed(model, nearestCorner(planes, size));
  return { ...known, misfit: misfitOf(known, planes, size, saturation) };
}

/** Frames by height, rising. */
function planesOf(frames: readonly CalibrationFrame[]): CalibrationPlane[] {
  const planes = new Map<number, CalibrationPlane>();
  for (const { pixels, zNm, xPx, yPx } of frames) {
    const plane = planes.get(zNm) ?? { zNm, frames: [] };
    planes.set(zNm, plane);
    plane.frames.push({ pixels, state: Float64Array.of(xPx, yPx, zNm, 1, 0) });
  }
  return [...planes.values()].sort((a, b) => a.zNm - b.zNm);
}

function emptyModel(planes: readonly CalibrationPlane[], grid: HeightGrid, size: number): ZLutModel {
  const { zKnots, stepZNm } = modelHeights(grid);
  const reachPx = farthestCorner(planes, size) + CENTER_MARGIN_PX;
  const knots = radialKnots(reachPx, KNOT_PX);
  let sum = 0;
  let pixels = 0;
  for (const frame of planes.flatMap((plane) => plane.frames)) {
    for (let pixel = 0; pixel < frame.pixels.length; pixel++) sum += frame.pixels[pixel]!;
    pixels += frame.pixels.length;
  }
  return {
    startZNm: grid.startZNm,
    stepZNm,
    zKnots,
    knotPx: KNOT_PX,
    knots,
    coefficients: new Float64Array(zKnots * knots),
    reachPx,
    levelCounts: sum / pixels,
    cameraGain: 1,
    floorVariance: 0,
    misfit: 0,
  };
}

/** Radius around the center beyond which no frame has a pixel. */
function farthestCorner(planes: readonly CalibrationPlane[], size: number): number {
  const far = (center: number) => Math.max(center, size - 1 - center);
  const reaches = planes.flatMap((plane) =>
    plane.frames.map(({ state }) => Math.hypot(far(state[UNKNOWNS.x]!), far(state[UNKNOWNS.y]!))),
  );
  return reaches.reduce((most, reach) => Math.max(most, reach), 0);
}

/** The model with no more knots than a radius needs. */
function trimmed(model: ZLutModel, reachPx: number): ZLutModel {
  const knots = Math.min(radialKnots(reachPx, model.knotPx), model.knots);
  const coefficients = new Float64Array(model.zKnots * knots);
  for (let z = 0; z < model.zKnots; z++) {
    coefficients.set(model.coefficients.subarray(z * model.knots, z * model.knots + knots), z * knots);
  }
  return { ...model, reachPx, knots, coefficients };
}

/** Radius around the center that lies within the corners of every frame. */
function nearestCorner(planes: readonly CalibrationPlane[], size: number): number {
  const near = (center: number) => Math.min(center, size - 1 - center);
  const reaches = planes.flatMap((plane) =>
    plane.frames.map(({ state }) => Math.hypot(near(state[UNKNOWNS.x]!), near(state[UNKNOWNS.y]!))),
  );
  return reaches.reduce((least, reach) => Math.min(least, reach), Number.POSITIVE_INFINITY);
}

/** Fits center, gain and offset of every frame, at first also from the middle center of its plane. */
function refineFrames(
  planes: readonly CalibrationPlane[],
  model: ZLutModel,
  size: number,
  saturation: number,
  first: boolean,
): void {
  const curve = createRadialCurve(model.knots);
  const outlierSigmas = Number.POSITIVE_INFINITY;
  const noise: CountNoise = model;
  // Frames are kept as they came: all of a sweep as float64 would fill the memory.
  const pixels = new Float64Array(size * size);
  const gains: number[] = [];
  const offsets: number[] = [];
  for (const plane of planes) {
    curveAt(model, plane.zNm, curve);
    const middle = [UNKNOWNS.x, UNKNOWNS.y].map((axis) =>
      median(plane.frames.map(({ state }) => state[axis]!)),
    );
    plane.frames = plane.frames.filter((frame) => {
      pixels.set(frame.pixels);
      const image = { pixels, size, noise, saturation, unknowns: 5, outlierSigmas };
      const fromMiddle = Float64Array.of(middle[0]!, middle[1]!, plane.zNm, 1, 0);
      let chiSquared = refineFrame(image, model, curve, frame.state, first ? 3 : 2);
      if (first) {
        const other = refineFrame(image, model, curve, fromMiddle, 3);
        if (other < chiSquared) frame.state.set(fromMiddle);
        chiSquared = Math.min(chiSquared, other);
      }
      return chiSquared < Number.POSITIVE_INFINITY;
    });
    gains.push(...plane.frames.map(({ state }) => state[UNKNOWNS.gain]!));
    offsets.push(...plane.frames.map(({ state }) => state[UNKNOWNS.offset]!));
  }
  // The light of the sweep as a whole is that of the model.
  const [gain, offset] = [mean(gains), mean(offsets)];
  for (const { state } of planes.flatMap((plane) => plane.frames)) {
    state[UNKNOWNS.gain]! /= gain;
    state[UNKNOWNS.offset]! -= offset;
  }
}

/**
 * Fits the coefficients, weighing pixels by the model there was, or at first by their own counts.
 * @param quintic [z knot, knot] those of the fit before, filled
 * @param smoothings how often they are held to bend as little as those of the fit before
 */
function fitCoefficients(
  planes: readonly CalibrationPlane[],
  grid: HeightGrid,
  before: ZLutModel,
  quintic: Float64Array,
  size: number,
  saturation: number,
  hasModel: boolean,
  smoothings: number,
): ZLutModel {
  const residuals = createNoiseSums();
  const copy = new Float64Array(size * size);
  const equations = planes.map((plane) => {
    const { zKnot, zWeights } = heightPlace(grid, plane.zNm);
    const into = createPlaneEquations(before.knots, zKnot, zWeights);
    const curve = hasModel ? createRadialCurve(before.knots) : null;
    if (curve) curveAt(before, plane.zNm, curve);
    for (const { pixels, state } of plane.frames) {
      copy.set(pixels);
      addFrame(copy, state, size, saturation, before, curve, into, residuals);
    }
    addSmoothness(into);
    return into;
  });
  for (let pass = 0; pass < smoothings; pass++) {
    solvePlanes([...equations, ...heightBends(quintic, grid.zKnots, before.knots)], before.knots, quintic);
  }
  if (smoothings === 0) solvePlanes(equations, before.knots, quintic);
  const coefficients = cubicOfQuintic(grid, quintic, before.knots);
  if (!hasModel) return { ...before, coefficients };
  const fitted = quintic.length + 4 * planes.reduce((sum, plane) => sum + plane.frames.length, 0);
  const { cameraGain, floorVariance } = countNoise(residuals, fitted);
  // Frames without noise still need weights.
  return { ...before, coefficients, cameraGain: Math.max(cameraGain, 1e-9), floorVariance };
}

const weights = new Float64Array(4);

function addFrame(
  pixels: Float64Array,
  state: Float64Array,
  size: number,
  saturation: number,
  model: ZLutModel,
  curve: ReturnType<typeof createRadialCurve> | null,
  into: PlaneEquations,
  residuals: NoiseSums,
): void {
  const [x, y, gain, offset] = [state[0]!, state[1]!, state[3]!, state[4]!];
  const darkest = DARKEST_SHARE * model.levelCounts;
  const leastVariance = model.cameraGain * darkest;
  for (let row = 0; row < size; row++) {
    let left: ModelPixel | null = null;
    for (let column = 0; column < size; column++) {
      const measured = pixels[row * size + column]!;
      const r = Math.sqrt((column - x) ** 2 + (row - y) ** 2);
      if (!(measured < saturation) || r > model.reachPx) {
        left = null;
        continue;
      }
      const u = r / model.knotPx;
      const expected = curve ? gain * countsAt(curve, u) + offset : measured;
      const variance = Math.max(leastVariance, model.cameraGain * expected + model.floorVariance);
      const pixel = { expected, residual: measured - expected };
      if (curve && left) addNeighbors(residuals, left, pixel, darkest);
      left = pixel;
      const k = Math.floor(u);
      cubicWeights(u - k, weights);
      addPixel(into, k, weights, (gain * gain) / variance, (measured - offset) / gain);
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
