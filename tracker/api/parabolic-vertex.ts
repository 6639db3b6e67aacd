import { ConfigError } from '#protocol/errors.ts';
import { parabolicVertex as vertexOf } from '#stages/parabolic-vertex.ts';

/**
 * Position of the extremum of a parabola fitted to the values around an estimate (`parabolic_vertex`).
 *
 * @param values [set, point]
 * @param estimates [set] index of the extremum, rounded half to even
 * @param nLocal fitted points, odd, at least 3
 * @param weighted least squares with weights (h + 1 - |u|)^2 at distance u, h = (nLocal - 1) / 2; else 1
 * @returns [set] index with fraction, may lie outside the fitted points. NaN when the estimate or a value is NaN,
 *   when the points would touch an end of the set, or when they are on a straight line
 * @throws {ConfigError} if nLocal is even or the values do not hold a set for each estimate
 * Differs: points on a line give NaN, not an arbitrary number; an infinite value spoils its own set only.
 */
export function parabolicVertex(
  values: Float64Array,
  estimates: Float64Array,
  nLocal: number,
  weighted = true,
): Float64Array {
  const points = values.length / Math.max(1, estimates.length);
  if (!Number.isInteger(points) || nLocal % 2 !== 1 || nLocal < 3) {
    throw new ConfigError({
      where: 'parabolicVertex',
      expected: 'a set of values for each estimate, and an odd nLocal of at least 3',
      received: `${values.length} values, ${estimates.length} estimates, nLocal ${nLocal}`,
    });
  }
  return estimates.map((estimate, set) => {
    return vertexOf(values.subarray(set * points, (set + 1) * points), estimate, nLocal, weighted);
  });
}
