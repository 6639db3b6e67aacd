import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { radialKnots } from './spline-model.ts';

/** What a model of known rings is to cover. */
export interface SampledReach {
  lowestZNm: number;
  highestZNm: number;
  /** Between two knots along z; rings must be smooth over it. */
  stepZNm: number;
  reachPx: number;
  /** Mean counts of an image. */
  levelCounts: number;
}

const KNOT_PX = 0.5;

/** B-spline coefficients of samples are these shares of a sample and of its two neighbors. */
const SHARES = [-1 / 6, 4 / 3, -1 / 6];

/**
 * Model of rings that are known everywhere, one count a photon: what examples and benches fit where there is no
 * calibration.
 *
 * @param counts at a radius in px, even in it, and a height
 * Source: de Boor, A Practical Guide to Splines, chapter XII: the cubic quasi-interpolant, of fourth order.
 */
export function sampledModel(
  counts: (radiusPx: number, zNm: number) => number,
  { lowestZNm, highestZNm, stepZNm, reachPx, levelCounts }: SampledReach,
): ZLutModel {
  const zKnots = Math.max(4, Math.round((highestZNm - lowestZNm) / stepZNm) + 3);
  const knots = radialKnots(reachPx, KNOT_PX);
  const [rows, columns] = [zKnots + 2, knots + 2];
  const samples = Float64Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    return counts(Math.abs(column - 1) * KNOT_PX, lowestZNm + (row - 2) * stepZNm);
  });
  const coefficients = Float64Array.from({ length: zKnots * knots }, (_, index) => {
    const [row, column] = [Math.floor(index / knots), index % knots];
    let sum = 0;
    for (const [j, along] of SHARES.entries()) {
      for (const [k, across] of SHARES.entries()) {
        sum += along * across * samples[(row + j) * columns + column + k]!;
      }
    }
    return sum;
  });
  return {
    ...{ zKnots, startZNm: lowestZNm, stepZNm, knots, knotPx: KNOT_PX, coefficients, reachPx },
    ...{ levelCounts, cameraGain: 1, floorVariance: 0, misfit: 0 },
  };
}
