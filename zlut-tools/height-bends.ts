import { createPlaneEquations, type PlaneEquations } from './model-equations.ts';

/**
 * Sixth and twelfth differences: what of a sweep repeats along z every few knots passes nearly unseen, noise from knot
 * to knot does not. The sixth alone see more of the rings of a bright bead than of its noise; the twelfth alone span
 * more knots than a short sweep has. Each counts for half, since both see the same bends: twice as much had made the
 * heights of a real sweep, whose stage is not quite where it says, worse by a fifth to a third in the median.
 */
const DIFFERENCES = [
  Float64Array.of(1, -6, 15, -20, 15, -6, 1),
  Float64Array.of(1, -12, 66, -220, 495, -792, 924, -792, 495, -220, 66, -12, 1),
];

/** Knots to each side, along z and r, whose bends are taken for alike. */
const ALIKE = { z: 2, r: 4 };

/** Share of the largest bend below which none is expected: of frames without noise there may be none at all. */
const LEAST_SHARE = 1e-9;

/**
 * Equations that hold down how coefficients bend along z, each as far as those around it do not bend in the fit
 * before. Rings change fast with height near the focus and slowly away from it, where the noise of many planes can
 * thus be averaged; how fast is learned from the sweep itself, since it depends on bead, objective and lamp.
 *
 * @param coefficients [z knot, knot] of the fit before
 * Source: P-splines, Eilers & Marx, Stat. Sci. 11 (1996) 89. Differs: a penalty for each coefficient.
 */
export function heightBends(coefficients: Float64Array, zKnots: number, knots: number): PlaneEquations[] {
  return DIFFERENCES.flatMap((difference) => {
    const rows = Math.max(0, zKnots - difference.length + 1);
    const squares = bendSquares(difference, coefficients, rows, knots);
    const least = LEAST_SHARE * squares.reduce((most, square) => Math.max(most, square), 0);
    return Array.from({ length: rows }, (_, zKnot) => {
      const equations = createPlaneEquations(knots, zKnot, difference);
      for (let k = 0; k < knots; k++) {
        const square = Math.max(least, meanAround(squares, rows, knots, zKnot, k));
        equations.band[4 * k] = square > 0 ? 1 / (DIFFERENCES.length * square) : 0;
      }
      return equations;
    });
  });
}

/** [row, knot] */
function bendSquares(
  difference: Float64Array,
  coefficients: Float64Array,
  rows: number,
  knots: number,
): Float64Array {
  return Float64Array.from({ length: rows * knots }, (_, at) => {
    let bend = 0;
    for (const [step, factor] of difference.entries()) bend += factor * coefficients[at + step * knots]!;
    return bend * bend;
  });
}

function meanAround(squares: Float64Array, rows: number, knots: number, row: number, knot: number): number {
  let sum = 0;
  let count = 0;
  for (let z = Math.max(0, row - ALIKE.z); z <= Math.min(rows - 1, row + ALIKE.z); z++) {
    for (let r = Math.max(0, knot - ALIKE.r); r <= Math.min(knots - 1, knot + ALIKE.r); r++) {
      sum += squares[z * knots + r]!;
      count++;
    }
  }
  return sum / count;
}
