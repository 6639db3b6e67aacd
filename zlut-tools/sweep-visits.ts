import type { Pass, Visit } from './passes.ts';
import { medianProfile } from './rejection.ts';
import { profileIn, type SweepTracks } from './sweep-tracks.ts';

/** How the frames of a plane become one profile. */
export type PlaneAverage = 'mean' | 'median';

/** What one bead looked like at one height on one way. */
export interface BeadVisit extends Visit {
  /** Indices of the frames that are used, at least one. */
  frames: number[];
  /** [radius] counts; NaN where every frame has an empty bin. */
  profile: Float64Array;
}

/**
 * Profiles of one bead by pass and height, without those that no frame is left of.
 * @returns [pass][visit] in rising z
 */
export function beadVisits(
  tracks: SweepTracks,
  passes: readonly Pass[],
  bead: number,
  radii: number,
  used: Uint8Array,
  average: PlaneAverage,
): BeadVisit[][] {
  return passes.map(({ visits }) =>
    visits.flatMap((visit) => {
      const frames = visit.frames.filter((frame) => used[frame] === 1);
      if (frames.length === 0) return [];
      const profiles = frames.map((frame) => profileIn(tracks, frame, bead).subarray(0, radii));
      const profile = average === 'median' ? medianProfile(profiles) : meanProfile(profiles, radii);
      return [{ ...visit, frames, profile }];
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
