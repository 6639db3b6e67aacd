import { describe, expect, test } from 'vitest';
import { createRandom } from '#simulation/random.ts';
import { knotFactors } from '#zlut-tools/knot-factors.ts';
import { createPlaneEquations, type PlaneEquations } from '#zlut-tools/model-equations.ts';

const Z_KNOTS = 9;
const KNOTS = 3;

/** Equations of two, three and five coefficients along z, whose radial knots have nothing to do with each other. */
function makeEquations(): PlaneEquations[] {
  const random = createRandom(8);
  return Array.from({ length: 24 }, (_, plane) => {
    const reach = [2, 3, 5][plane % 3]!;
    const zWeights = Float64Array.from({ length: reach }, () => random.normal());
    const equations = createPlaneEquations(KNOTS, plane % (Z_KNOTS - reach + 1), zWeights);
    for (let k = 0; k < KNOTS; k++) equations.band[4 * k] = (k + 1) * random.uniform();
    return equations;
  });
}

/** Left side of the equations. @param values [z knot, knot] */
function multiply(equations: readonly PlaneEquations[], values: Float64Array): Float64Array {
  const product = new Float64Array(values.length);
  for (const { band, zKnot, zWeights } of equations) {
    for (let k = 0; k < KNOTS; k++) {
      let along = 0;
      zWeights.forEach((weight, j) => {
        along += weight * values[(zKnot + j) * KNOTS + k]!;
      });
      zWeights.forEach((weight, j) => {
        product[(zKnot + j) * KNOTS + k]! += band[4 * k]! * weight * along;
      });
    }
  }
  return product;
}

describe('radial knots, each alone', () => {
  test('are solved exactly, whatever of z their equations reach over', () => {
    const equations = makeEquations();
    const random = createRandom(5);
    const truth = Float64Array.from({ length: Z_KNOTS * KNOTS }, () => random.normal());
    const solved = new Float64Array(truth.length);
    knotFactors(equations, Z_KNOTS, KNOTS)(multiply(equations, truth), solved);
    for (const [at, value] of truth.entries()) expect(solved[at]).toBeCloseTo(value, 8);
  });

  test('a coefficient without any equation becomes 0, and the others are as before', () => {
    const equations = makeEquations();
    for (const { band } of equations) band[4] = 0;
    const truth = Float64Array.from({ length: Z_KNOTS * KNOTS }, (_, at) => (at % KNOTS === 1 ? 0 : 1 + at));
    const solved = new Float64Array(truth.length).fill(7);
    const right = multiply(equations, truth);
    for (let z = 0; z < Z_KNOTS; z++) right[z * KNOTS + 1] = 3;
    knotFactors(equations, Z_KNOTS, KNOTS)(right, solved);
    for (const [at, value] of truth.entries()) expect(solved[at]).toBeCloseTo(value, 7);
  });
});
