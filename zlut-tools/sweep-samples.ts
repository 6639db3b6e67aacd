import type { BeadTracks } from './sweep-tracks.ts';
import type { BeadVisit } from './sweep-visits.ts';

/** Profile of a bead in one frame whose height is known. */
export interface ProfileSample {
  /** Index of the frame. */
  frame: number;
  /** Way through the planes. */
  pass: number;
  /** Frames of one height on one way have the same. */
  visit: number;
  zNm: number;
  /** [radius] counts */
  profile: ArrayLike<number>;
}

/**
 * The frames of a bead that its Z-LUT is made of, with the height each was taken at.
 * @param used [frame] whether it is
 * @param focusZNm [frame] where the focus was; left out, it was where the planes say
 */
export function samplesOf(
  { profiles }: BeadTracks,
  visits: readonly BeadVisit[][],
  passes: readonly number[],
  used: Uint8Array,
  heightOf: (visit: BeadVisit) => number,
  focusZNm?: readonly number[],
): ProfileSample[] {
  return passes
    .flatMap((pass) => visits[pass]!)
    .flatMap((visit, index) => {
      const planeNm = heightOf(visit);
      const frames = visit.frames.filter((frame) => used[frame] === 1);
      return frames.map((frame) => ({
        ...{ frame, pass: visit.pass, visit: index },
        zNm: planeNm + (focusZNm ? focusZNm[frame]! - visit.planeZNm : 0),
        profile: profiles[frame]!,
      }));
    });
}
