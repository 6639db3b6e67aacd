import { requireInteger, requireNumber } from './calcium-error.ts';

/** A least-squares polynomial through points. */
export interface PolynomialFit {
  /** [point] its values. */
  fit: Float64Array;
  /** [degree + 1] of powers of x, highest first. */
  coefficients: Float64Array;
}

/** One polynomial of a basis in which the points themselves make each orthogonal to the others. */
interface BasisPolynomial {
  /** [point] */
  values: Float64Array;
  /** Sum of their squares. */
  norm: number;
  /** [degree + 1] of powers of u, lowest first; u is x laid from -1 to 1. */
  powers: Float64Array;
}

/**
 * Fits polynomials of one degree to any number of lines over the same points.
 *
 * An orthogonal basis of the points keeps the digits of high degrees, which powers of x would lose.
 *
 * @param x [point], any order, at least degree + 1 different ones
 * @returns fits y [point]
 * @throws {CalciumError} if there are too few points for the degree
 * Source: Forsythe, J. SIAM 5 (1957) 74.
 */
export function createPolynomialFit(
  x: ArrayLike<number>,
  degree: number,
): (y: ArrayLike<number>) => PolynomialFit {
  requireInteger('fitPolynomial degree', degree, 0);
  requireNumber(
    'fitPolynomial points',
    x.length,
    `at least ${degree + 1} for degree ${degree}`,
    x.length > degree,
  );
  const { u, middle, half } = normalized(x);
  const basis = orthogonalBasis(u, degree);
  return (y) => {
    requireNumber('fitPolynomial y', y.length, `as many points as x, ${x.length}`, y.length === x.length);
    const fit = new Float64Array(x.length);
    const residual = Float64Array.from(y);
    const inU = new Float64Array(degree + 1);
    for (const { values, norm, powers } of basis) {
      // What the lower orders left over, not y itself: its rounding does not enter the higher ones.
      const weight = dot(residual, values) / norm;
      for (let point = 0; point < fit.length; point++) {
        const share = weight * values[point]!;
        fit[point]! += share;
        residual[point]! -= share;
      }
      for (let power = 0; power <= degree; power++) inU[power]! += weight * powers[power]!;
    }
    return { fit, coefficients: inPowersOfX(inU, middle, half) };
  };
}

/**
 * Least-squares polynomial through one line; see `createPolynomialFit`.
 *
 * @param x [point]
 * @param y [point]
 * @throws {CalciumError} if there are too few points for the degree, or x and y differ in length
 */
export function fitPolynomial(x: ArrayLike<number>, y: ArrayLike<number>, degree: number): PolynomialFit {
  return createPolynomialFit(x, degree)(y);
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

/** Each polynomial is u times the one before, less its parts along the two before. */
function orthogonalBasis(u: Float64Array, degree: number): BasisPolynomial[] {
  const powersOfOne = new Float64Array(degree + 1);
  powersOfOne[0] = 1;
  const basis: BasisPolynomial[] = [
    { values: new Float64Array(u.length).fill(1), norm: u.length, powers: powersOfOne },
  ];
  for (let order = 1; order <= degree; order++) {
    const { values, norm, powers } = basis[order - 1]!;
    const before = basis[order - 2];
    let shift = 0;
    for (let point = 0; point < u.length; point++) shift += u[point]! * values[point]! ** 2;
    shift /= norm;
    const back = before ? norm / before.norm : 0;
    const next = values.map(
      (value, point) => (u[point]! - shift) * value - back * (before?.values[point] ?? 0),
    );
    const nextPowers = powers.map(
      (value, power) => (powers[power - 1] ?? 0) - shift * value - back * (before?.powers[power] ?? 0),
    );
    basis.push({ values: next, norm: dot(next, next), powers: nextPowers });
  }
  return basis;
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
