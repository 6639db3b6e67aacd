import { z } from 'zod';
import type { ZLut } from '#protocol/z-lut.ts';
import { defineStage } from './define.ts';
import { parabolicVertex } from './parabolic-vertex.ts';
import { SKIPPED_RADII, unitDeviations, unitPlanes } from './pearson.ts';
import { scratch } from './scratch.ts';

const unitProfileOf = scratch((length) => new Float64Array(length));
const correlationsOf = scratch((planes) => new Float64Array(planes));

/**
 * Height of the bead: the plane of its Z-LUT that its profile correlates with best, refined by a parabola, and
 * turned into nm by linear interpolation of the plane heights. The score is the correlation with that plane.
 *
 * z is NaN when the best plane is among the first or last (nLocal + 1) / 2, so that it may lie beyond the Z-LUT.
 * Both are NaN without a Z-LUT or a profile with contrast.
 */
export const lookupZ = defineStage({
  name: 'lookup-z',
  title: 'Z-LUT lookup',
  source:
    'MagTrack 0.7.3 lookup_z. Differs: a plane without contrast is passed over, not chosen for every bead.',
  params: z.object({
    nLocal: z.literal([3, 5, 7]).default(5).meta({
      title: 'Fitted planes',
      description: 'Planes of the parabola around the best one.',
      unit: 'planes',
    }),
  }),
  reads: ['profile'],
  writes: ['zNm', 'score'],

  reference(bead, { nLocal }) {
    bead.zNm = Number.NaN;
    bead.score = Number.NaN;
    if (bead.zLut === null) return;
    const correlations = correlate(bead.profile, bead.zLut);
    const best = bestPlane(correlations);
    if (best < 0) return;
    bead.score = correlations[best]!;
    bead.zNm = heightAt(bead.zLut.planeZNm, parabolicVertex(correlations, best, nLocal));
  },

  constants: ({ nLocal }) => ({ lookupZNLocal: nLocal }),
});

/** [plane] Pearson correlation of a profile with every plane, valid until the next call. */
function correlate(profile: Float64Array, zLut: ZLut): Float64Array {
  const planes = unitPlanes(zLut);
  const width = zLut.radii - SKIPPED_RADII;
  const unit = unitProfileOf(width);
  unitDeviations(profile, SKIPPED_RADII, width, unit, 0);
  const correlations = correlationsOf(zLut.planes);
  for (let plane = 0; plane < zLut.planes; plane++) {
    let sum = 0;
    for (let radius = 0; radius < width; radius++) sum += unit[radius]! * planes[plane * width + radius]!;
    correlations[plane] = sum;
  }
  return correlations;
}

/** Index of the first largest correlation; -1 when all are NaN. */
function bestPlane(correlations: Float64Array): number {
  let best = -1;
  for (let plane = 0; plane < correlations.length; plane++) {
    const better =
      best < 0 ? !Number.isNaN(correlations[plane]!) : correlations[plane]! > correlations[best]!;
    if (better) best = plane;
  }
  return best;
}

/** Height at a fractional plane index; NaN outside the planes. */
export function heightAt(planeZNm: Float64Array, index: number): number {
  const last = planeZNm.length - 1;
  if (!(index >= 0 && index <= last)) return Number.NaN;
  const below = Math.min(Math.floor(index), last - 1);
  return planeZNm[below]! + (index - below) * (planeZNm[below + 1]! - planeZNm[below]!);
}
