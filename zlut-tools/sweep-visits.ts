import type { Pass, Visit } from './passes.ts';
import { medianProfile } from './rejection.ts';
import type { BeadTracks } from './sweep-tracks.ts';

/** How the frames of a plane become one profile. */
export type PlaneAverage = 'mean' | 'median';

/** What one bead looked like at one height on one way. */
export interface BeadVisit extends Visit {
  /** Frames that are used, at least one. */
  used: number;
  /** [radius] counts; NaN where every frame has an empty bin. */
  profile: Float64Array;
}

/**
 * Profiles of one bead by pass and height, without those that no frame is left of.
 * @param used [frame] whether it is
 * @returns [pass][visit] in rising z
 */
export function beadVisits(
  { profiles }: BeadTracks,
  passes: readonly Pass[],
  used: Uint8Array,
  average: PlaneAverage,
): BeadVisit[][] {
  return passes.map(({ visits }) =>
    visits.flatMap((visit) => {
      const frames = visit.frames.filter((frame) => used[frame] === 1);
      if (frames.length === 0) return [];
      const own = frames.map((frame) => profiles[frame]!);
      const profile = average === 'median' ? medianProfile(own) : meanProfile(own, own[0]!.length);
      return [{ ...visit, used: frames.length, profile }];
    }),
  );
}

/** [radius] mean of the counts that are not NaN; 0 / 0 marks a bin that was always empty as NaN. */
function meanProfile(profiles: readonly Float32Array[], radii: number): Float64Array {
  const mean = new Float64Array(radii);
  const count = new Uint32Array(radii);
  for (const profile of profiles) {
    for (let radius = 0; radius < radii; radius++) {
      const counts = profile[radius]!;
      if (Number.isNaN(counts)) continue;
      mean[radius]! += counts;
      count[radius]!++;
    }
  }
  return mean.map((sum, radius) => sum / count[radius]!);
}

/** Profiles of visits as one matrix, [visit, radius]. */
export function profileMatrix(visits: readonly BeadVisit[], radii: number): Float64Array {
  const matrix = new Float64Array(visits.length * radii);
  for (const [index, { profile }] of visits.entries()) matrix.set(profile, index * radii);
  return matrix;
}
