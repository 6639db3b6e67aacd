import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { cubicSlopes, cubicWeights } from './cubic-spline.ts';

/** Knots of a model in r: those up to a radius, and what a cubic needs beyond it. */
export function radialKnots(reachPx: number, knotPx: number): number {
  return Math.ceil(reachPx / knotPx) + 4;
}

/**
 * A model at one height: B-spline coefficients of counts and of their slope along z over the radius.
 * Element 0 is the mirror image of element 2, since rings are even in r: between knots k and k + 1 the four
 * coefficients begin at element k.
 */
export interface RadialCurve {
  counts: Float64Array;
  /** counts/nm */
  countsByZ: Float64Array;
}

export function createRadialCurve(knots: number): RadialCurve {
  return { counts: new Float64Array(knots + 1), countsByZ: new Float64Array(knots + 1) };
}

/** Lowest and highest height of a model, nm. */
export function modelRange({ startZNm, stepZNm, zKnots }: ZLutModel): [lowest: number, highest: number] {
  return [startZNm, startZNm + (zKnots - 3) * stepZNm];
}

const weights = new Float64Array(4);
const slopes = new Float64Array(4);

/** Knot below a height and the place between it and the next, the height kept within the model. */
export function zPlace({ startZNm, stepZNm, zKnots }: ZLutModel, zNm: number): { knot: number; t: number } {
  const u = Math.min(Math.max((zNm - startZNm) / stepZNm, 0), zKnots - 3);
  const knot = Math.min(Math.floor(u), zKnots - 4);
  return { knot, t: u - knot };
}

/**
 * Takes a model at one height.
 * @param into of the model's number of radial knots, filled
 */
export function curveAt(model: ZLutModel, zNm: number, into: RadialCurve): void {
  const { stepZNm, knots, coefficients } = model;
  const { knot, t } = zPlace(model, zNm);
  cubicWeights(t, weights);
  cubicSlopes(t, slopes);
  for (let k = 0; k < knots; k++) {
    let counts = 0;
    let byZ = 0;
    for (let j = 0; j < 4; j++) {
      const coefficient = coefficients[(knot + j) * knots + k]!;
      counts += weights[j]! * coefficient;
      byZ += slopes[j]! * coefficient;
    }
    into.counts[k + 1] = counts;
    into.countsByZ[k + 1] = byZ / stepZNm;
  }
  into.counts[0] = into.counts[2]!;
  into.countsByZ[0] = into.countsByZ[2]!;
}

/** Counts of a model at a radius, at the height its curve was taken. */
export function countsAt(curve: RadialCurve, radiusKnots: number): number {
  const k = Math.floor(radiusKnots);
  cubicWeights(radiusKnots - k, weights);
  const { counts } = curve;
  return (
    weights[0]! * counts[k]! +
    weights[1]! * counts[k + 1]! +
    weights[2]! * counts[k + 2]! +
    weights[3]! * counts[k + 3]!
  );
}
