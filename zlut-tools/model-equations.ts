import { knotFactors } from './knot-factors.ts';

/** Weighted least squares of B-spline coefficients over the radius: the normal equations of one plane. */
export interface PlaneEquations {
  /** [knot, distance] of the symmetric matrix: its element (k, k + distance), distance 0 to 3. */
  band: Float64Array;
  /** [knot] */
  right: Float64Array;
  /** First z coefficient that the plane depends on, and the weights of those from it on. */
  zKnot: number;
  zWeights: Float64Array;
}

export function createPlaneEquations(knots: number, zKnot: number, zWeights: Float64Array): PlaneEquations {
  return { band: new Float64Array(4 * knots), right: new Float64Array(knots), zKnot, zWeights };
}

/**
 * Share of the mean diagonal by which second differences along r are held down, where pixels leave knots open. A
 * hundred times as much flattens a bright focus, whose few pixels weigh little, all the more of a bead that stands
 * still, of which the same few radii are seen in all frames.
 */
const SMOOTHNESS = 1e-7;

/** Residual of the solution as a share of the right side. */
const TOLERANCE = 1e-9;

const MAX_ROUNDS = 2000;

/** Adds a pixel: `weights` are of the four B-splines around knot `k`, the first of which is even in r about 0. */
export function addPixel(
  { band, right }: PlaneEquations,
  k: number,
  weights: Float64Array,
  weight: number,
  counts: number,
): void {
  const [w0, w1, w2, w3] = [weights[0]!, weights[1]!, weights[2]!, weights[3]!];
  if (k === 0) {
    // The coefficient before the first is that behind it.
    addRow(band, right, 0, w1, w0 + w2, w3, 0, weight, counts);
  } else {
    addRow(band, right, k - 1, w0, w1, w2, w3, weight, counts);
  }
}

function addRow(
  band: Float64Array,
  right: Float64Array,
  first: number,
  a: number,
  b: number,
  c: number,
  d: number,
  weight: number,
  counts: number,
): void {
  const at = 4 * first;
  const [wa, wb, wc, wd] = [weight * a, weight * b, weight * c, weight * d];
  band[at]! += wa * a;
  band[at + 1]! += wa * b;
  band[at + 2]! += wa * c;
  band[at + 3]! += wa * d;
  band[at + 4]! += wb * b;
  band[at + 5]! += wb * c;
  band[at + 6]! += wb * d;
  band[at + 8]! += wc * c;
  band[at + 9]! += wc * d;
  band[at + 12]! += wd * d;
  right[first]! += wa * counts;
  right[first + 1]! += wb * counts;
  right[first + 2]! += wc * counts;
  right[first + 3]! += wd * counts;
}

/** Adds to the equations of a plane that its coefficients bend little. */
export function addSmoothness({ band, right }: PlaneEquations): void {
  const knots = right.length;
  let trace = 0;
  for (let k = 0; k < knots; k++) trace += band[4 * k]!;
  const weight = (SMOOTHNESS * trace) / knots;
  for (let k = 1; k + 1 < knots; k++) addRow(band, right, k - 1, 1, -2, 1, 0, weight, 0);
}

/**
 * Coefficients over z and r that fit all planes best, by conjugate gradients with the radial knots, each alone, as
 * preconditioner.
 *
 * @param coefficients [z knot, knot] a first guess, filled
 * @returns rounds it took
 * Source: Hestenes & Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409.
 */
export function solvePlanes(
  planes: readonly PlaneEquations[],
  knots: number,
  coefficients: Float64Array,
): number {
  const length = coefficients.length;
  const precondition = knotFactors(planes, length / knots, knots);
  const residual = new Float64Array(length);
  const product = new Float64Array(length);
  const direction = new Float64Array(length);
  for (const { right, zKnot, zWeights } of planes) {
    for (let j = 0; j < zWeights.length; j++) {
      for (let k = 0; k < knots; k++) residual[(zKnot + j) * knots + k]! += zWeights[j]! * right[k]!;
    }
  }
  precondition(residual, direction);
  const target = TOLERANCE ** 2 * dot(residual, direction);
  multiply(planes, knots, coefficients, product);
  for (let i = 0; i < length; i++) residual[i]! -= product[i]!;
  precondition(residual, direction);
  const guess = direction.slice();
  let power = dot(residual, guess);
  let round = 0;
  for (; round < MAX_ROUNDS && power > target; round++) {
    multiply(planes, knots, direction, product);
    const along = power / dot(direction, product);
    for (let i = 0; i < length; i++) {
      coefficients[i]! += along * direction[i]!;
      residual[i]! -= along * product[i]!;
    }
    const before = power;
    precondition(residual, guess);
    power = dot(residual, guess);
    for (let i = 0; i < length; i++) direction[i] = guess[i]! + (power / before) * direction[i]!;
  }
  return round;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Left side of the equations of all planes. */
function multiply(
  planes: readonly PlaneEquations[],
  knots: number,
  coefficients: Float64Array,
  into: Float64Array,
): void {
  const curve = new Float64Array(knots + 3);
  const image = new Float64Array(knots + 3);
  into.fill(0);
  for (const { band, zKnot, zWeights } of planes) {
    combine(coefficients, knots, zKnot, zWeights, curve);
    image.fill(0);
    for (let k = 0; k < knots; k++) {
      const at = 4 * k;
      const value = curve[k]!;
      let sum = band[at]! * value;
      for (let distance = 1; distance < 4; distance++) {
        sum += band[at + distance]! * curve[k + distance]!;
        image[k + distance]! += band[at + distance]! * value;
      }
      image[k]! += sum;
    }
    for (let j = 0; j < zWeights.length; j++) {
      const weight = zWeights[j]!;
      for (let k = 0; k < knots; k++) into[(zKnot + j) * knots + k]! += weight * image[k]!;
    }
  }
}

/**
 * Coefficients over the radius of one plane.
 * @param into [knot] filled
 */
export function combine(
  coefficients: Float64Array,
  knots: number,
  zKnot: number,
  zWeights: Float64Array,
  into: Float64Array,
): void {
  into.fill(0);
  for (let j = 0; j < zWeights.length; j++) {
    const weight = zWeights[j]!;
    const at = (zKnot + j) * knots;
    for (let k = 0; k < knots; k++) into[k]! += weight * coefficients[at + k]!;
  }
}
