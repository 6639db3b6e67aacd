import { requireInteger, requireNumber } from './calcium-error.ts';

/**
 * Least-squares polynomial in an orthogonal basis of its own points, so that high degrees keep their digits.
 *
 * @param x [point], any order, at least degree + 1 different ones
 * @param y [point]
 * @returns `fit` [point] and `coefficients` [degree + 1] of powers of x, highest first
 * @throws {CalciumError} if there are too few points for the degree, or x and y differ in length
 * Source: Forsythe, J. SIAM 5 (1957) 74.
 */
export function fitPolynomial(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  degree: number,
): { fit: Float64Array; coefficients: Float64Array } {
  requireInteger('fitPolynomial degree', degree, 0);
  requireNumber('fitPolynomial points', x.length, `as many as y, ${y.length}`, x.length === y.length);
  requireNumber(
    'fitPolynomial points',
    x.length,
    `at least ${degree + 1} for degree ${degree}`,
    x.length > degree,
  );
  const count = x.length;
  const { u, middle, half } = normalized(x);
  const fit = new Float64Array(count);
  let previous = new Float64Array(count);
  let basis = new Float64Array(count).fill(1);
  let previousPowers = new Float64Array(degree + 1);
  let powers = new Float64Array(degree + 1);
  powers[0] = 1;
  const inU = new Float64Array(degree + 1);
  const residual = Float64Array.from(y);
  let previousNorm = 1;
  for (let order = 0; order <= degree; order++) {
    const norm = dot(basis, basis);
    // What the lower orders left over, not y itself: its rounding does not enter the higher ones.
    const weight = dot(residual, basis) / norm;
    for (let point = 0; point < count; point++) {
      fit[point]! += weight * basis[point]!;
      residual[point]! -= weight * basis[point]!;
    }
    for (let power = 0; power <= degree; power++) inU[power]! += weight * powers[power]!;
    let shift = 0;
    for (let point = 0; point < count; point++) shift += u[point]! * basis[point]! ** 2;
    shift /= norm;
    const back = order === 0 ? 0 : norm / previousNorm;
    const next = basis.map((value, point) => (u[point]! - shift) * value - back * previous[point]!);
    const nextPowers = powers.map(
      (value, power) => (powers[power - 1] ?? 0) - shift * value - back * previousPowers[power]!,
    );
    [previous, basis, previousPowers, powers, previousNorm] = [basis, next, powers, nextPowers, norm];
  }
  return { fit, coefficients: inPowersOfX(inU, middle, half) };
}

/** Value of a polynomial, coefficients highest power first. */
export function evaluatePolynomial(coefficients: ArrayLike<number>, x: number): number {
  let value = 0;
  for (let index = 0; index < coefficients.length; index++) value = value * x + coefficients[index]!;
  return value;
}

/** x laid from -1 to 1. */
function normalized(x: ArrayLike<number>): { u: Float64Array; middle: number; half: number } {
  const values = Float64Array.from(x);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const middle = (least + most) / 2;
  const half = (most - least) / 2 || 1;
  return { u: values.map((value) => (value - middle) / half), middle, half };
}

/** Horner's scheme with polynomials: lowest power of u first in, highest power of x first out. */
function inPowersOfX(inU: Float64Array, middle: number, half: number): Float64Array {
  let result = new Float64Array(inU.length);
  for (let order = inU.length - 1; order >= 0; order--) {
    result = result.map((value, power) => ((result[power - 1] ?? 0) - middle * value) / half);
    result[0]! += inU[order]!;
  }
  return result.reverse();
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
