import { scratch } from './scratch.ts';

/** Pixels by which the border is repeated on every side before the spline is fitted. */
export const SPLINE_MARGIN = 12;

/** Decay of a pixel's influence on the spline's coefficients, per px. */
export const SPLINE_POLE = Math.sqrt(8) - 3;

const gridOf = scratch((side) => new Float64Array(side * side));

/**
 * Coefficients of the quadratic B-spline through all pixels: those c for which
 * (c[i - 1] + 6 c[i] + c[i + 1]) / 8 is the pixel i, along both axes.
 *
 * @param pixels [row, column] counts, square
 * @returns [row, column] of size + 2 `SPLINE_MARGIN`, valid until the next call of this size
 * Source: Unser, Aldroubi & Eden 1993, doi:10.1109/78.193220; border as SciPy's spline filter, mode nearest.
 */
export function splineCoefficients(pixels: Float64Array, size: number): Float64Array {
  const side = size + 2 * SPLINE_MARGIN;
  const grid = gridOf(side);
  const last = size - 1;
  for (let row = 0; row < side; row++) {
    const from = Math.min(Math.max(row - SPLINE_MARGIN, 0), last) * size;
    for (let column = 0; column < side; column++) {
      grid[row * side + column] = pixels[from + Math.min(Math.max(column - SPLINE_MARGIN, 0), last)]!;
    }
  }
  for (let row = 0; row < side; row++) filterLine(grid, row * side, 1, side);
  for (let column = 0; column < side; column++) filterLine(grid, column, side, side);
  return grid;
}

/** Counts of the spline at a point of the ROI, beyond it those of the nearest border; NaN when x or y is NaN. */
export function splineAt(coefficients: Float64Array, size: number, xPx: number, yPx: number): number {
  if (Number.isNaN(xPx) || Number.isNaN(yPx)) return Number.NaN;
  const side = size + 2 * SPLINE_MARGIN;
  const x = Math.min(Math.max(xPx + SPLINE_MARGIN, 0), side - 1);
  const y = Math.min(Math.max(yPx + SPLINE_MARGIN, 0), side - 1);
  const column = Math.floor(x + 0.5);
  const row = Math.floor(y + 0.5);
  let sum = 0;
  for (let down = -1; down <= 1; down++) {
    const start = Math.min(Math.max(row + down, 0), side - 1) * side;
    let rowSum = 0;
    for (let along = -1; along <= 1; along++) {
      const at = Math.min(Math.max(column + along, 0), side - 1);
      rowSum += tap(along, x - column) * coefficients[start + at]!;
    }
    sum += tap(down, y - row) * rowSum;
  }
  return sum;
}

/** Quadratic B-spline of the knot at `offset`, at distance `d` from the middle one, |d| up to half a pixel. */
function tap(offset: number, d: number): number {
  return offset === 0 ? 0.75 - d * d : (0.5 + offset * d) ** 2 / 2;
}

/** Solves one line in place: a filter forward, then one backward, the line constant beyond its ends. */
function filterLine(grid: Float64Array, start: number, step: number, count: number): void {
  const end = start + (count - 1) * step;
  grid[start]! *= 1 / (1 - SPLINE_POLE);
  for (let at = start + step; at <= end; at += step) grid[at]! += SPLINE_POLE * grid[at - step]!;
  grid[end]! *= (-8 * SPLINE_POLE) / (1 - SPLINE_POLE);
  for (let at = end - step; at >= start; at -= step)
    grid[at] = SPLINE_POLE * (grid[at + step]! - 8 * grid[at]!);
}
