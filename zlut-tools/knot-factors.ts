import type { PlaneEquations } from './model-equations.ts';

/** Share of a diagonal element below which what is left of it is rounding. */
const ROUNDING = 1e-13;

/**
 * Solves the equations of every radial knot as if its neighbors were known, by banded Cholesky factors over z.
 * Coefficients lean on each other along z over many knots, all the more where bends are held down, but along r only on
 * the next ones: as preconditioner it leaves a tenth to a third of the rounds that the diagonal alone takes.
 *
 * @returns what fills `into` with the solution for a right side, both [z knot, knot]; 0 where a coefficient has no pixel
 */
export function knotFactors(
  planes: readonly PlaneEquations[],
  zKnots: number,
  knots: number,
): (right: Float64Array, into: Float64Array) => void {
  const width = planes.reduce((most, { zWeights }) => Math.max(most, zWeights.length), 1);
  // [knot, z knot, distance]: the element of a z knot and the one so far before it.
  const factors = new Float64Array(knots * zKnots * width);
  for (const { band, zKnot, zWeights } of planes) {
    for (let i = 0; i < zWeights.length; i++) {
      for (let j = 0; j <= i; j++) {
        const weight = zWeights[i]! * zWeights[j]!;
        let at = (zKnot + i) * width + i - j;
        for (let k = 0; k < knots; k++, at += zKnots * width) factors[at]! += weight * band[4 * k]!;
      }
    }
  }
  for (let k = 0; k < knots; k++)
    factor(factors.subarray(k * zKnots * width, (k + 1) * zKnots * width), width);

  const one = new Float64Array(zKnots);
  return (right, into) => {
    for (let k = 0; k < knots; k++) {
      const start = k * zKnots * width;
      for (let z = 0; z < zKnots; z++) {
        const at = start + z * width;
        let rest = right[z * knots + k]!;
        for (let distance = Math.min(z, width - 1); distance > 0; distance--) {
          rest -= factors[at + distance]! * one[z - distance]!;
        }
        one[z] = rest / factors[at]!;
      }
      for (let z = zKnots - 1; z >= 0; z--) {
        const at = start + z * width;
        const value = one[z]! / factors[at]!;
        into[z * knots + k] = value;
        for (let distance = Math.min(z, width - 1); distance > 0; distance--) {
          one[z - distance]! -= factors[at + distance]! * value;
        }
      }
    }
  };
}

/** @param band [z knot, distance] of a symmetric matrix, replaced by its Cholesky factor */
function factor(band: Float64Array, width: number): void {
  for (let z = 0; z * width < band.length; z++) {
    const row = z * width;
    const diagonal = band[row]!;
    for (let distance = Math.min(z, width - 1); distance >= 0; distance--) {
      const other = (z - distance) * width;
      let rest = band[row + distance]!;
      const far = Math.min(z, width - 1);
      for (let next = distance + 1; next <= far; next++) {
        rest -= band[row + next]! * band[other + next - distance]!;
      }
      if (distance > 0) band[row + distance] = rest / band[other]!;
      else if (diagonal > 0) band[row] = Math.sqrt(Math.max(rest, ROUNDING * diagonal));
      // Nothing is known of it: every quotient becomes 0.
      else band[row] = Number.POSITIVE_INFINITY;
    }
  }
}
