import { cubicWeights } from '#stages/cubic-spline.ts';
import { combine, createPlaneEquations, solvePlanes } from './model-equations.ts';
import { quinticWeights } from './quintic-spline.ts';

/**
 * Distance of the knots along z that is aimed at. Intensity repeats along z no faster than the wavelength in the
 * medium over 1 - cos of the largest angle, some 520 nm; at 130 nm the heights of a bright bead of 1500 nm radius are
 * off by 0.05 (rms) of what the photons leave open, at 100 nm by 0.03, at 180 nm near the focus by as much. Closer
 * knots gain nothing but noise.
 */
const KNOT_Z_NM = 120;

/** Fewer planes to a knot leave what lies between them to their noise. */
const PLANES_PER_KNOT = 1.5;

/**
 * Cubic knots to a quintic one, so that a model follows it as well: with two, the heights of a bright bead near its
 * focus are off by up to 0.1 of what the photons leave open, with three by 0.02.
 */
const CUBICS = 3;

/** Samples between two cubic knots from which a model is taken. */
const SAMPLES = 3;

/** Quintic splines along z, in which a sweep is fitted. */
export interface HeightGrid {
  startZNm: number;
  stepZNm: number;
  intervals: number;
  /** Coefficients along z. */
  zKnots: number;
}

/** @param planeZNm at least 8, rising */
export function heightGrid(planeZNm: readonly number[]): HeightGrid {
  const startZNm = planeZNm[0]!;
  const range = planeZNm.at(-1)! - startZNm;
  const most = Math.min(Math.floor((planeZNm.length - 1) / PLANES_PER_KNOT), planeZNm.length - 6);
  const intervals = Math.max(1, Math.min(Math.round(range / KNOT_Z_NM), most));
  return { startZNm, stepZNm: range / intervals, intervals, zKnots: intervals + 5 };
}

/** First coefficient that a height depends on, and the weights of the six from it on. */
export function heightPlace(
  { startZNm, stepZNm, intervals }: HeightGrid,
  zNm: number,
): { zKnot: number; zWeights: Float64Array } {
  const u = Math.min(Math.max((zNm - startZNm) / stepZNm, 0), intervals);
  const zKnot = Math.min(Math.floor(u), intervals - 1);
  const zWeights = new Float64Array(6);
  quinticWeights(u - zKnot, zWeights);
  return { zKnot, zWeights };
}

/** Knots of the model that is made of a grid, and their distance. */
export function modelHeights({ intervals, stepZNm }: HeightGrid): { zKnots: number; stepZNm: number } {
  return { zKnots: CUBICS * intervals + 3, stepZNm: stepZNm / CUBICS };
}

/**
 * Cubic coefficients nearest to quintic ones.
 * @param quintic [z knot, knot]
 * @returns [z knot of the model, knot]
 */
export function cubicOfQuintic(grid: HeightGrid, quintic: Float64Array, knots: number): Float64Array {
  const { zKnots, stepZNm } = modelHeights(grid);
  const samples = Array.from({ length: (zKnots - 3) * SAMPLES + 1 }, (_, sample) => {
    const u = sample / SAMPLES;
    const first = Math.min(Math.floor(u), zKnots - 4);
    const zWeights = new Float64Array(4);
    cubicWeights(u - first, zWeights);
    const equations = createPlaneEquations(knots, first, zWeights);
    const place = heightPlace(grid, grid.startZNm + u * stepZNm);
    combine(quintic, knots, place.zKnot, place.zWeights, equations.right);
    for (let k = 0; k < knots; k++) equations.band[4 * k] = 1;
    return equations;
  });
  const cubic = new Float64Array(zKnots * knots);
  solvePlanes(samples, knots, cubic);
  return cubic;
}
