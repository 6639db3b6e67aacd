import type { ProfileMethod } from './z-lut.ts';

/** Radius of the first circle of interpolated profiles, px. */
const FIRST_CIRCLE_PX = 1;

/**
 * Radius of each bin of a profile, by how it was made.
 * @param method left out: whole pixels in the nearest rings, 1 px wide
 * @returns [radius] px; undefined for a method whose bins are not rings of known radius
 */
export function ringRadiiPx(method: ProfileMethod | undefined, radii: number): Float64Array | undefined {
  const { stage, params, roiSize } = method ?? { stage: 'radial-profile', params: {}, roiSize: 2 * radii };
  if (stage !== 'radial-profile') return undefined;
  const { bins = 'nearest', oversample = 1 } = params;
  if (bins === 'interpolate') {
    const stepPx = (roiSize / 2 - FIRST_CIRCLE_PX) / radii;
    return Float64Array.from({ length: radii }, (_, radius) => FIRST_CIRCLE_PX + radius * stepPx);
  }
  if ((bins !== 'nearest' && bins !== 'split') || typeof oversample !== 'number') return undefined;
  return Float64Array.from({ length: radii }, (_, radius) => radius / oversample);
}
