/** Multiple of the rounding error of the values below which their curvature is noise. */
const NOISE_MARGIN = 16;

/**
 * Extremum of a parabola fitted by weighted least squares to the values around a peak.
 *
 * @param peak index with half a window of values on either side
 * @param weights an odd number of them, symmetric; the middle one belongs to the peak
 * @param maximumOnly whether a valley has no extremum either
 * @returns distance from the peak; NaN when a value is NaN or the values are straight to rounding
 */
export function parabolaOffset(
  values: Float64Array,
  peak: number,
  weights: readonly number[],
  maximumOnly: boolean,
): number {
  const h = (weights.length - 1) / 2;
  const height = values[peak]!;
  let s0 = 0;
  let s2 = 0;
  let s4 = 0;
  let a = 0;
  let b = 0;
  let c = 0;
  let largest = 0;
  for (let u = -h; u <= h; u++) {
    const weight = weights[u + h]!;
    const value = values[peak + u]!;
    // Relative to the peak, or a correlation near 1 would lose its digits.
    const share = weight * (value - height);
    const square = u * u;
    s0 += weight;
    s2 += weight * square;
    s4 += weight * square * square;
    a += share;
    b += share * u;
    c += share * square;
    largest = Math.max(largest, Math.abs(value));
  }
  const curvature = s0 * c - s2 * a;
  const noise = NOISE_MARGIN * Number.EPSILON * largest * s0 * s2;
  if (!((maximumOnly ? -curvature : Math.abs(curvature)) > noise)) return Number.NaN;
  return -((b / s2) * (s0 * s4 - s2 * s2)) / (2 * curvature);
}
