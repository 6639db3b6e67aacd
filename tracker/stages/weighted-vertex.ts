/** Weights of the 7 values around a maximum. Source: Cnossen et al. 2014, doi:10.1063/1.4898178. */
export const VERTEX_WEIGHTS = [0.14, 0.5, 0.85, 1, 0.85, 0.5, 0.14];

/** Multiple of the rounding error of the values below which their curvature is noise. */
const NOISE_MARGIN = 16;

/**
 * Position of the maximum of a parabola fitted by weighted least squares to the values around a peak.
 *
 * @param weights an odd number of them, symmetric; the middle one belongs to the peak
 * @returns index with fraction, within half the window of the peak; NaN where the window leaves the values, a value
 *   is NaN, or the parabola has no maximum there
 */
export function weightedVertex(values: Float64Array, peak: number, weights: readonly number[]): number {
  const h = (weights.length - 1) / 2;
  if (peak < h || peak + h >= values.length) return Number.NaN;
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
    const weighted = weight * (value - height);
    s0 += weight;
    s2 += weight * u * u;
    s4 += weight * u ** 4;
    a += weighted;
    b += weighted * u;
    c += weighted * u * u;
    largest = Math.max(largest, Math.abs(value));
  }
  const curvature = s0 * c - s2 * a;
  const noise = NOISE_MARGIN * Number.EPSILON * largest * s0 * s2;
  if (!(curvature < -noise)) return Number.NaN;
  const offset = -((b / s2) * (s0 * s4 - s2 * s2)) / (2 * curvature);
  return Math.abs(offset) <= h ? peak + offset : Number.NaN;
}
