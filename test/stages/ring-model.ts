import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { cubicWeights } from '#stages/cubic-spline.ts';
import { addPixel, createPlaneEquations, solvePlanes } from '#zlut-tools/model-equations.ts';

/** Rings that widen with height, even in r and smooth at the center, unlike any optics known everywhere. */
export function smoothRings(radiusPx: number, zNm: number): number {
  return 1000 + 400 * Math.cos(radiusPx * (0.9 - zNm / 4000)) * Math.exp(-(radiusPx ** 2) / 200);
}

/** Model of these rings from 0 to 1000 nm, of 40 px reach, without noise. */
export function ringModel(): ZLutModel {
  const [zKnots, knots, knotPx, stepZNm] = [13, 86, 0.5, 100];
  const weights = new Float64Array(4);
  const planes = Array.from({ length: 41 }, (_, plane) => {
    const zNm = plane * 25;
    const knot = Math.min(Math.floor(zNm / stepZNm), zKnots - 4);
    const zWeights = new Float64Array(4);
    cubicWeights(zNm / stepZNm - knot, zWeights);
    const equations = createPlaneEquations(knots, knot, zWeights);
    for (let r = 0; r <= 41; r += 0.1) {
      const k = Math.floor(r / knotPx);
      cubicWeights(r / knotPx - k, weights);
      addPixel(equations, k, weights, 1, smoothRings(r, zNm));
    }
    return equations;
  });
  const coefficients = new Float64Array(zKnots * knots);
  solvePlanes(planes, knots, coefficients);
  const light = { levelCounts: 1000, cameraGain: 1, floorVariance: 0, misfit: 0 };
  return { zKnots, startZNm: 0, stepZNm, knots, knotPx, coefficients, reachPx: 40, ...light };
}
