import type { ZLut } from '#protocol/z-lut.ts';

/** Bins at the center that the lookup leaves out: often empty, always noisy. */
export const SKIPPED_RADII = 1;

/** Multiple of the rounding error of the values below which their contrast is noise. */
const NOISE_MARGIN = 4;

/**
 * Writes `count` values less their NaN-ignoring mean, scaled to length 1, so that the dot product of two such
 * vectors is their Pearson correlation; NaN becomes 0, which is not pairwise deletion.
 * Values without contrast (equal to rounding, or all NaN) become NaN throughout.
 */
export function unitDeviations(
  values: Float64Array,
  from: number,
  count: number,
  into: Float64Array,
  at: number,
): void {
  let sum = 0;
  let finite = 0;
  let largest = 0;
  for (let index = 0; index < count; index++) {
    const value = values[from + index]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    finite++;
    largest = Math.max(largest, Math.abs(value));
  }
  const mean = sum / finite;
  let squares = 0;
  for (let index = 0; index < count; index++) {
    const value = values[from + index]!;
    const deviation = Number.isNaN(value) ? 0 : value - mean;
    into[at + index] = deviation;
    squares += deviation * deviation;
  }
  const norm = Math.sqrt(squares);
  const hasContrast = norm > NOISE_MARGIN * Number.EPSILON * largest * Math.sqrt(finite);
  for (let index = 0; index < count; index++) {
    into[at + index] = hasContrast ? into[at + index]! / norm : Number.NaN;
  }
}

const unitPlanesOf = new WeakMap<ZLut, Float64Array>();

/**
 * Planes of a Z-LUT ready to be correlated, made once per Z-LUT.
 * @returns [plane, radius - SKIPPED_RADII] of length 1 per plane; a plane without contrast is NaN
 */
export function unitPlanes(zLut: ZLut): Float64Array {
  const known = unitPlanesOf.get(zLut);
  if (known) return known;
  const { planes, radii, profiles } = zLut;
  const width = radii - SKIPPED_RADII;
  const units = new Float64Array(planes * width);
  for (let plane = 0; plane < planes; plane++) {
    unitDeviations(profiles, plane * radii + SKIPPED_RADII, width, units, plane * width);
  }
  unitPlanesOf.set(zLut, units);
  return units;
}
