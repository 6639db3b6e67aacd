/** Most unknowns that are solved for. */
export const MAX_UNKNOWNS = 7;

const factor = new Float64Array(MAX_UNKNOWNS * MAX_UNKNOWNS);
const scales = new Float64Array(MAX_UNKNOWNS);
const column = new Float64Array(MAX_UNKNOWNS);

/** Pivot of a matrix scaled to a diagonal of ones below which its unknowns cannot be told apart. */
export const LEAST_PIVOT = 1e-12;

/**
 * Solves `matrix` * `step` = `gradient` by Cholesky's method, scaled so that units do not matter.
 *
 * @param matrix [row, column] of `unknowns` x `unknowns`, of which the lower half is read
 * @param step filled
 * @param variances filled with the diagonal of the inverse
 * @returns false, with nothing filled, where the unknowns cannot be told apart or a number is NaN
 */
export function solveNormal(
  matrix: Float64Array,
  gradient: Float64Array,
  unknowns: number,
  step: Float64Array,
  variances: Float64Array,
): boolean {
  if (!factorize(matrix, unknowns)) return false;
  for (let row = 0; row < unknowns; row++) {
    let rest = gradient[row]! / scales[row]!;
    for (let k = 0; k < row; k++) rest -= factor[row * unknowns + k]! * column[k]!;
    column[row] = rest / factor[row * unknowns + row]!;
  }
  for (let row = unknowns - 1; row >= 0; row--) {
    let rest = column[row]!;
    for (let k = row + 1; k < unknowns; k++) rest -= factor[k * unknowns + row]! * column[k]!;
    column[row] = rest / factor[row * unknowns + row]!;
  }
  for (let row = 0; row < unknowns; row++) step[row] = column[row]! / scales[row]!;
  for (let unknown = 0; unknown < unknowns; unknown++) {
    variances[unknown] = inverseDiagonal(unknown, unknowns) / scales[unknown]! ** 2;
  }
  return true;
}

/** Lower Cholesky factor of the scaled matrix; false where it is not positive. */
function factorize(matrix: Float64Array, unknowns: number): boolean {
  for (let row = 0; row < unknowns; row++) {
    const diagonal = matrix[row * unknowns + row]!;
    if (!(diagonal > 0)) return false;
    scales[row] = Math.sqrt(diagonal);
    for (let k = 0; k <= row; k++) {
      let rest = matrix[row * unknowns + k]! / (scales[row]! * scales[k]!);
      for (let i = 0; i < k; i++) rest -= factor[row * unknowns + i]! * factor[k * unknowns + i]!;
      if (k < row) factor[row * unknowns + k] = rest / factor[k * unknowns + k]!;
      else if (rest > LEAST_PIVOT) factor[row * unknowns + row] = Math.sqrt(rest);
      else return false;
    }
  }
  return true;
}

/** One diagonal element of the inverse of the scaled matrix: the squares of a column of the inverse factor. */
function inverseDiagonal(unknown: number, unknowns: number): number {
  let squares = 0;
  for (let row = unknown; row < unknowns; row++) {
    let rest = row === unknown ? 1 : 0;
    for (let k = unknown; k < row; k++) rest -= factor[row * unknowns + k]! * column[k]!;
    column[row] = rest / factor[row * unknowns + row]!;
    squares += column[row]! * column[row]!;
  }
  return squares;
}
