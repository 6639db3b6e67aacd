import { roundHalfEven } from './round-half-even.ts';

/** Multiple of the rounding error of the values below which their curvature is noise. */
const NOISE_MARGIN = 16;

/**
 * Position of the extremum of a parabola fitted to the `nLocal` values around an estimate.
 * Least squares with weights (h + 1 - |u|)^2 at distance u, h = (nLocal - 1) / 2, or 1 when not `weighted`.
 *
 * @param nLocal odd, at least 3
 * @returns index with fraction; may lie outside the fitted values. NaN when the estimate or a value is NaN,
 *   when the window would touch an end of `values` (index h and before, last - h and after), or when the
 *   values are straight to rounding.
 * Source: MagTrack 0.7.3 parabolic_vertex. Differs: straight values give NaN, not an arbitrary number.
 */
export function parabolicVertex(
  values: Float64Array,
  estimate: number,
  nLocal: number,
  weighted = true,
): number {
  const h = (nLocal - 1) / 2;
  const last = values.length - 1 - h;
  const peak = Math.min(Math.max(roundHalfEven(estimate), h), last);
  if (!(peak > h && peak < last)) return Number.NaN;

  const height = values[peak]!;
  let s0 = 0;
  let s2 = 0;
  let s4 = 0;
  let a = 0;
  let b = 0;
  let c = 0;
  let largest = 0;
  for (let u = -h; u <= h; u++) {
    const weight = weighted ? (h + 1 - Math.abs(u)) ** 2 : 1;
    const value = values[peak + u]!;
    // Relative to the peak, or a correlation near 1 would lose its digits.
    const share = weight * (value - height);
    s0 += weight;
    s2 += weight * u * u;
    s4 += weight * u ** 4;
    a += share;
    b += share * u;
    c += share * u * u;
    largest = Math.max(largest, Math.abs(value));
  }
  const curvature = s0 * c - s2 * a;
  const noise = NOISE_MARGIN * Number.EPSILON * largest * s0 * s2;
  if (!(Math.abs(curvature) > noise)) return Number.NaN;
  return peak - ((b / s2) * (s0 * s4 - s2 * s2)) / (2 * curvature);
}
