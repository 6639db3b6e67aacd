// Normal equations of a fit by Cholesky's method. As in solve-normal.ts.
import { take } from './bead.as';
import { maximumLikelihoodLeastPivot } from './constants.as';

const MAX_UNKNOWNS: usize = 7;

/** All f64: [row, column] information, of which the lower half counts; [unknown] gradient, step and variances. */
export class Normal {
  static unknowns: i32 = 0;
  static information: usize = 0;
  static gradient: usize = 0;
  static step: usize = 0;
  static variances: usize = 0;
  static factor: usize = 0;
  static scales: usize = 0;
  static column: usize = 0;
}

export function readyNormal(unknowns: i32): void {
  Normal.unknowns = unknowns;
  Normal.information = take(MAX_UNKNOWNS * MAX_UNKNOWNS * 8);
  Normal.gradient = take(MAX_UNKNOWNS * 8);
  Normal.step = take(MAX_UNKNOWNS * 8);
  Normal.variances = take(MAX_UNKNOWNS * 8);
  Normal.factor = take(MAX_UNKNOWNS * MAX_UNKNOWNS * 8);
  Normal.scales = take(MAX_UNKNOWNS * 8);
  Normal.column = take(MAX_UNKNOWNS * 8);
}

/** Address of a number of a square matrix of the unknowns. */
@inline
export function cell(matrix: usize, row: i32, column: i32): usize {
  return matrix + (<usize>(row * Normal.unknowns + column) << 3);
}

@inline
export function place(vector: usize, index: i32): usize {
  return vector + (<usize>index << 3);
}

/** Fills step and variances; false, with nothing filled, where the unknowns cannot be told apart or a number is NaN. */
export function solveNormal(params: usize): bool {
  const unknowns = Normal.unknowns;
  const factor = Normal.factor;
  const scales = Normal.scales;
  const column = Normal.column;
  if (!factorize(load<f64>(params + maximumLikelihoodLeastPivot))) return false;
  for (let row = 0; row < unknowns; row++) {
    let rest = load<f64>(place(Normal.gradient, row)) / load<f64>(place(scales, row));
    for (let k = 0; k < row; k++) rest -= load<f64>(cell(factor, row, k)) * load<f64>(place(column, k));
    store<f64>(place(column, row), rest / load<f64>(cell(factor, row, row)));
  }
  for (let row = unknowns - 1; row >= 0; row--) {
    let rest = load<f64>(place(column, row));
    for (let k = row + 1; k < unknowns; k++) {
      rest -= load<f64>(cell(factor, k, row)) * load<f64>(place(column, k));
    }
    store<f64>(place(column, row), rest / load<f64>(cell(factor, row, row)));
  }
  for (let row = 0; row < unknowns; row++) {
    const scale = load<f64>(place(scales, row));
    store<f64>(place(Normal.step, row), load<f64>(place(column, row)) / scale);
  }
  for (let row = 0; row < unknowns; row++) {
    const scale = load<f64>(place(scales, row));
    store<f64>(place(Normal.variances, row), inverseDiagonal(row) / (scale * scale));
  }
  return true;
}

/** Lower factor of the matrix scaled to a diagonal of ones; false where it is not positive. */
function factorize(leastPivot: f64): bool {
  const information = Normal.information;
  const factor = Normal.factor;
  const scales = Normal.scales;
  for (let row = 0; row < Normal.unknowns; row++) {
    const diagonal = load<f64>(cell(information, row, row));
    if (!(diagonal > 0)) return false;
    store<f64>(place(scales, row), sqrt(diagonal));
    for (let k = 0; k <= row; k++) {
      let rest = load<f64>(cell(information, row, k));
      rest /= load<f64>(place(scales, row)) * load<f64>(place(scales, k));
      for (let i = 0; i < k; i++) rest -= load<f64>(cell(factor, row, i)) * load<f64>(cell(factor, k, i));
      if (k < row) store<f64>(cell(factor, row, k), rest / load<f64>(cell(factor, k, k)));
      else if (rest > leastPivot) store<f64>(cell(factor, row, row), sqrt(rest));
      else return false;
    }
  }
  return true;
}

/** One diagonal element of the inverse of the scaled matrix. */
function inverseDiagonal(unknown: i32): f64 {
  const factor = Normal.factor;
  const column = Normal.column;
  let squares: f64 = 0;
  for (let row = unknown; row < Normal.unknowns; row++) {
    let rest: f64 = row == unknown ? 1 : 0;
    for (let k = unknown; k < row; k++) rest -= load<f64>(cell(factor, row, k)) * load<f64>(place(column, k));
    const value = rest / load<f64>(cell(factor, row, row));
    store<f64>(place(column, row), value);
    squares += value * value;
  }
  return squares;
}
