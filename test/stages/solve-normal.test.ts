import { expect, test } from 'vitest';
import { solveNormal } from '#stages/solve-normal.ts';

const step = new Float64Array(3);
const variances = new Float64Array(3);

test('solves equations whose units differ by a billion, and gives the diagonal of the inverse', () => {
  // Of [[4, 2, 0], [2, 3, 1], [0, 1, 2]]: determinant 12, inverse diagonal 5/12, 8/12, 8/12.
  const units = [1, 1e9, 1e-6];
  const plain = [4, 2, 0, 2, 3, 1, 0, 1, 2];
  const matrix = Float64Array.from(plain, (value, at) => value * units[Math.floor(at / 3)]! * units[at % 3]!);
  const solution = [0.5, -2, 3];
  const gradient = Float64Array.from(
    [0, 1, 2],
    (row) => units[row]! * solution.reduce((sum, value, column) => sum + plain[3 * row + column]! * value, 0),
  );
  expect(solveNormal(matrix, gradient, 3, step, variances)).toBe(true);
  for (let unknown = 0; unknown < 3; unknown++) {
    expect(step[unknown]! * units[unknown]!).toBeCloseTo(solution[unknown]!, 12);
    expect(variances[unknown]! * units[unknown]! ** 2).toBeCloseTo([5 / 12, 8 / 12, 8 / 12][unknown]!, 12);
  }
});

test('unknowns that cannot be told apart, or a NaN, are no solution', () => {
  const gradient = Float64Array.of(1, 1, 1);
  for (const matrix of [
    [1, 0, 0, 1, 1, 0, 0, 0, 1],
    [1, 0, 0, 0, 0, 0, 0, 0, 1],
    [1, 0, 0, 0, Number.NaN, 0, 0, 0, 1],
  ]) {
    expect(solveNormal(Float64Array.from(matrix), gradient, 3, step, variances)).toBe(false);
  }
});
