import { parabolaOffset } from './parabola-offset.ts';

/** Weights of the 7 values around a maximum. Source: Cnossen et al. 2014, doi:10.1063/1.4898178. */
export const VERTEX_WEIGHTS = [0.14, 0.5, 0.85, 1, 0.85, 0.5, 0.14];

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
  const offset = parabolaOffset(values, peak, weights, true);
  return Math.abs(offset) <= h ? peak + offset : Number.NaN;
}
