import { parabolaOffset } from './parabola-offset.ts';
import { roundHalfEven } from './round-half-even.ts';

/** [h] weights of the 2 h + 1 values, made when first asked for. */
const WEIGHTS: { even: number[]; peaked: number[] }[] = [];

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

  WEIGHTS[h] ??= {
    even: Array.from({ length: nLocal }, () => 1),
    peaked: Array.from({ length: nLocal }, (_, index) => (h + 1 - Math.abs(index - h)) ** 2),
  };
  return peak + parabolaOffset(values, peak, weighted ? WEIGHTS[h].peaked : WEIGHTS[h].even, false);
}
