import { z } from 'zod';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { defineStage } from './define.ts';
import { parabolicVertex } from './parabolic-vertex.ts';
import { SKIPPED_RADII, unitDeviations, unitPlanes } from './pearson.ts';
import { scratch } from './scratch.ts';
import { weightedVertex } from './weighted-vertex.ts';

const MATCHES = ['pearson', 'weighted-least-squares'] as const;
const ENDS = ['nan', 'fit'] as const;

/** A radius darker than this share of the mean profile counts as if it were as bright: its noise is the camera's. */
const DARKEST_SHARE = 0.05;

const unitProfileOf = scratch((length) => new Float64Array(length));
const weightsOf = scratch((radii) => new Float64Array(radii));
const matchesOf = scratch((planes) => new Float64Array(planes));

const params = z.object({
  nLocal: z.literal([3, 5, 7]).default(5).meta({
    title: 'Fitted planes',
    description: 'Planes of the parabola around the best one.',
    unit: 'planes',
  }),
  match: z.enum(MATCHES).default('pearson').meta({
    title: 'Match',
    description:
      'pearson: all radii count alike; weighted-least-squares: each by the light that made it, as shot noise asks for.',
  }),
  ends: z.enum(ENDS).default('nan').meta({
    title: 'Ends',
    description:
      'Near the ends of the Z-LUT, nan gives no z, fit takes fewer planes, and no z only when the best plane is the first or last.',
  }),
  minScore: z.number().min(-1).max(1).default(-1).meta({
    title: 'Least score',
    description:
      'Score below which the bead is not that of the Z-LUT: unsure, and no z. -1 takes everything.',
  }),
  minMargin: z.number().min(0).max(2).default(0).meta({
    title: 'Least margin',
    description:
      'How much lower the score of the second best of the distinct heights must be, or z is ambiguous. 0 is never.',
  }),
});

/**
 * Height of the bead: the plane of its Z-LUT that its profile matches best, refined by a parabola, and turned into
 * nm by linear interpolation of the plane heights. The score is the correlation with that plane.
 *
 * The match is Pearson's correlation r, or the same with weights: the residual of a weighted least-squares fit of
 * gain and offset is 1 - r^2 of the profile's own power. The weight of a radius is the number of its pixels over
 * its counts.
 *
 * z is NaN when the best plane is among the first or last (nLocal + 1) / 2, or with `fit` the first or last, so
 * that it may lie beyond the Z-LUT; and when the score is below the least. Both are NaN without a Z-LUT or a profile
 * with contrast.
 */
export const lookupZ = defineStage({
  name: 'lookup-z',
  title: 'Z-LUT lookup',
  source:
    'MagTrack 0.7.3 lookup_z. Differs: a plane without contrast is passed over, not chosen for every bead. weighted-least-squares, ends and the limits are ours.',
  params,
  reads: ['profile'],
  writes: ['zNm', 'score'],

  reference(bead, { nLocal, match, ends, minScore, minMargin }) {
    bead.zNm = Number.NaN;
    bead.score = Number.NaN;
    if (bead.zLut === null) return;
    const { zLut, profile } = bead;
    const matches = match === 'pearson' ? correlate(profile, zLut) : correlateWeighted(profile, zLut);
    const best = bestPlane(matches);
    if (best < 0) return;
    bead.score = matches[best]!;
    let status = 0;
    // The second best is never better, so that 0 asks for nothing.
    if (minMargin > 0 && bead.score - secondScore(matches, best, (nLocal + 1) / 2) < minMargin) {
      status |= TRACK_STATUS.ambiguous;
    }
    if (bead.score < minScore) {
      status |= TRACK_STATUS.unsure;
    } else if (ends === 'nan') {
      bead.zNm = heightAt(zLut.planeZNm, parabolicVertex(matches, best, nLocal));
    } else {
      const h = Math.min((nLocal - 1) / 2, best, matches.length - 1 - best);
      if (h > 0) bead.zNm = heightAt(zLut.planeZNm, weightedVertex(matches, best, VERTEX_WEIGHTS[h]!));
      if (h < (nLocal - 1) / 2 && Number.isFinite(bead.zNm)) status |= TRACK_STATUS['lut-end'];
    }
    bead.status = (bead.status ?? 0) | status;
  },

  constants: ({ nLocal, match, ends, minScore, minMargin }) => ({
    lookupZNLocal: nLocal,
    lookupZMatch: MATCHES.indexOf(match),
    lookupZEnds: ENDS.indexOf(ends),
    lookupZMinScore: minScore,
    lookupZMinMargin: minMargin,
    lookupZDarkestShare: DARKEST_SHARE,
    lookupZAmbiguous: TRACK_STATUS.ambiguous,
    lookupZUnsure: TRACK_STATUS.unsure,
    lookupZLutEnd: TRACK_STATUS['lut-end'],
  }),
});

/** By half the window: those of `parabolicVertex`, (h + 1 - |u|)^2. */
const VERTEX_WEIGHTS: readonly (readonly number[])[] = [0, 1, 2, 3].map((h) =>
  Array.from({ length: 2 * h + 1 }, (_, index) => (h + 1 - Math.abs(index - h)) ** 2),
);

/** [plane] Pearson correlation of a profile with every plane, valid until the next call. */
function correlate(profile: Float64Array, zLut: ZLut): Float64Array {
  const planes = unitPlanes(zLut);
  const width = zLut.radii - SKIPPED_RADII;
  const unit = unitProfileOf(width);
  unitDeviations(profile, SKIPPED_RADII, width, unit, 0);
  const correlations = matchesOf(zLut.planes);
  let plane = 0;
  // Four planes at a time share the profile, and no sum waits for the one before it.
  for (; plane + 4 <= zLut.planes; plane += 4) {
    const at = plane * width;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let radius = 0; radius < width; radius++) {
      const value = unit[radius]!;
      sum0 += value * planes[at + radius]!;
      sum1 += value * planes[at + width + radius]!;
      sum2 += value * planes[at + 2 * width + radius]!;
      sum3 += value * planes[at + 3 * width + radius]!;
    }
    correlations[plane] = sum0;
    correlations[plane + 1] = sum1;
    correlations[plane + 2] = sum2;
    correlations[plane + 3] = sum3;
  }
  for (; plane < zLut.planes; plane++) {
    let sum = 0;
    for (let radius = 0; radius < width; radius++) sum += unit[radius]! * planes[plane * width + radius]!;
    correlations[plane] = sum;
  }
  return correlations;
}

/** [plane] correlation with weights of a profile with every plane, valid until the next call. */
function correlateWeighted(profile: Float64Array, zLut: ZLut): Float64Array {
  // Gain and offset of a plane cancel, so the planes ready for Pearson's correlation serve as well.
  const planes = unitPlanes(zLut);
  const width = zLut.radii - SKIPPED_RADII;
  const unit = unitProfileOf(width);
  const weights = weightsOf(width);
  const total = weigh(profile, weights);
  let mean = 0;
  for (let radius = 0; radius < width; radius++) {
    if (weights[radius]! > 0) mean += (weights[radius]! / total) * profile[SKIPPED_RADII + radius]!;
  }
  let power = 0;
  for (let radius = 0; radius < width; radius++) {
    unit[radius] = weights[radius]! > 0 ? profile[SKIPPED_RADII + radius]! - mean : 0;
    power += weights[radius]! * unit[radius]! ** 2;
  }
  // Rounding alone leaves a profile without contrast with some power.
  if (!(power > 1e-24 * mean * mean * total)) power = Number.NaN;
  const matches = matchesOf(zLut.planes);
  for (let plane = 0; plane < zLut.planes; plane++) {
    let sum = 0;
    let squares = 0;
    let product = 0;
    for (let radius = 0; radius < width; radius++) {
      const value = planes[plane * width + radius]!;
      sum += weights[radius]! * value;
      squares += weights[radius]! * value * value;
      product += weights[radius]! * value * unit[radius]!;
    }
    matches[plane] = product / Math.sqrt((squares - (sum * sum) / total) * power);
  }
  return matches;
}

/**
 * Weights of the radii, the inverse of what shot noise does to them: a ring has as many pixels as its radius, and
 * their variance is their counts. NaN bins weigh nothing.
 * @returns sum of the weights
 */
function weigh(profile: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let finite = 0;
  for (let radius = 0; radius < weights.length; radius++) {
    const counts = profile[SKIPPED_RADII + radius]!;
    if (Number.isNaN(counts)) continue;
    sum += counts;
    finite++;
  }
  const darkest = DARKEST_SHARE * (sum / finite);
  let total = 0;
  for (let radius = 0; radius < weights.length; radius++) {
    const counts = profile[SKIPPED_RADII + radius]!;
    const variance = darkest > 0 ? Math.max(counts, darkest) : 1;
    weights[radius] = Number.isNaN(counts) ? 0 : (SKIPPED_RADII + radius) / variance;
    total += weights[radius]!;
  }
  return total;
}

/** Index of the first largest match; -1 when all are NaN. */
function bestPlane(matches: Float64Array): number {
  let best = -1;
  for (let plane = 0; plane < matches.length; plane++) {
    const better = best < 0 ? !Number.isNaN(matches[plane]!) : matches[plane]! > matches[best]!;
    if (better) best = plane;
  }
  return best;
}

/** Largest match of another peak, more than `apart` planes from the best; -1, the least there is, without one. */
function secondScore(matches: Float64Array, best: number, apart: number): number {
  let second = -1;
  for (let plane = 0; plane < matches.length; plane++) {
    const match = matches[plane]!;
    if (Math.abs(plane - best) <= apart || !(match > second)) continue;
    // An end has one neighbor, and a plane without contrast is none: beyond them nothing is higher.
    if (!(matches[plane - 1]! > match) && !(matches[plane + 1]! > match)) second = match;
  }
  return second;
}

/** Height at a fractional plane index; NaN outside the planes. */
export function heightAt(planeZNm: Float64Array, index: number): number {
  const last = planeZNm.length - 1;
  if (!(index >= 0 && index <= last)) return Number.NaN;
  const below = Math.min(Math.floor(index), last - 1);
  return planeZNm[below]! + (index - below) * (planeZNm[below + 1]! - planeZNm[below]!);
}
