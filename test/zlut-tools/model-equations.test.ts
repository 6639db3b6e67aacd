import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { cubicWeights } from '#stages/cubic-spline.ts';
import { addPixel, addSmoothness, createPlaneEquations, solvePlanes } from '#zlut-tools/model-equations.ts';

const KNOTS = 9;
const Z_KNOTS = 6;

/** Pixels of planes with the four z coefficients and the folded r coefficients each of them depends on. */
function makePixels() {
  const random = createRandom(2);
  return Array.from({ length: 8 }, (_, plane) => {
    const z = Math.min((plane / 7) * (Z_KNOTS - 3), Z_KNOTS - 3 - 1e-9);
    const pixels = Array.from({ length: 60 }, () => {
      const r = random.uniform() * (KNOTS - 3);
      return { r, counts: 100 * random.uniform(), weight: 0.5 + random.uniform() };
    });
    return { z, pixels };
  });
}

function cubicsAt(z: number): Float64Array {
  const weights = new Float64Array(4);
  cubicWeights(z - Math.floor(z), weights);
  return weights;
}

/** The B-spline of a knot at a place, by its own definition: a piecewise cubic of the distance. */
function bSpline(distance: number): number {
  const d = Math.abs(distance);
  if (d >= 2) return 0;
  return d >= 1 ? (2 - d) ** 3 / 6 : (4 - 6 * d * d + 3 * d ** 3) / 6;
}

describe('equations of a model', () => {
  test('are solved by the coefficients whose residuals no B-spline can tell, even in r', () => {
    const planes = makePixels();
    const weights = new Float64Array(4);
    const equations = planes.map(({ z, pixels }) => {
      const into = createPlaneEquations(KNOTS, Math.floor(z), cubicsAt(z));
      for (const { r, counts, weight } of pixels) {
        cubicWeights(r - Math.floor(r), weights);
        addPixel(into, Math.floor(r), weights, weight, counts);
      }
      return into;
    });
    const coefficients = new Float64Array(Z_KNOTS * KNOTS);
    expect(solvePlanes(equations, KNOTS, coefficients)).toBeGreaterThan(3);
    const basis = (z: number, r: number, j: number, k: number) =>
      bSpline(z - (j - 1)) * (bSpline(r - k) + (k > 0 ? bSpline(r + k) : 0));
    const slopes = new Float64Array(coefficients.length);
    let scale = 0;
    for (const { z, pixels } of planes) {
      for (const { r, counts, weight } of pixels) {
        let value = 0;
        for (let at = 0; at < coefficients.length; at++) {
          value += coefficients[at]! * basis(z, r, Math.floor(at / KNOTS), at % KNOTS);
        }
        scale += weight * Math.abs(counts - value);
        for (let at = 0; at < coefficients.length; at++) {
          slopes[at]! += weight * (counts - value) * basis(z, r, Math.floor(at / KNOTS), at % KNOTS);
        }
      }
    }
    for (const slope of slopes) expect(Math.abs(slope)).toBeLessThan(1e-7 * scale);
  });

  test('bridge knots without pixels', () => {
    const weights = new Float64Array(4);
    const planes = Array.from({ length: 8 }, (_, plane) => {
      const z = Math.min((plane / 7) * 3, 3 - 1e-9);
      const into = createPlaneEquations(20, Math.floor(z), cubicsAt(z));
      // Nothing from 6 to 10, where one knot has no pixel at all.
      for (let r = 0; r < 16; r += r > 5.9 && r < 10 ? 4 : 0.1) {
        cubicWeights(r - Math.floor(r), weights);
        addPixel(into, Math.floor(r), weights, 1, 80);
      }
      addSmoothness(into);
      return into;
    });
    const coefficients = new Float64Array(6 * 20);
    solvePlanes(planes, 20, coefficients);
    // counts: what holds these knots is a millionth of what holds the others, and solved as far.
    for (const k of [7, 8, 9]) expect(Math.abs(coefficients[3 * 20 + k]! - 80)).toBeLessThan(0.03);
  });
});
