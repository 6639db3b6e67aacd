/** A run of frames this much shorter than the usual is a part of a move. */
const LEAST_SHARE = 1 / 3;

/**
 * Planes of a sweep by where the focus was: frames in a row within a tolerance are one, at the mean of their positions.
 * A focus that never rests gives planes of frames that are near enough.
 * @param focusZNm [frame] nm; NaN where not known
 * @param toleranceNm farthest a frame lies from the mean of its plane, nm
 * @returns [frame] nm of its plane; NaN for frames of a move between planes, and where the focus is not known
 */
export function planesOfFocus(focusZNm: ArrayLike<number>, toleranceNm: number): Float64Array {
  const stays: { first: number; frames: number; meanNm: number }[] = [];
  for (let frame = 0; frame < focusZNm.length; frame++) {
    const zNm = focusZNm[frame]!;
    if (Number.isNaN(zNm)) continue;
    const stay = stays.at(-1);
    const follows = stay !== undefined && stay.first + stay.frames === frame;
    if (follows && Math.abs(zNm - stay.meanNm) <= toleranceNm) {
      stay.frames++;
      stay.meanNm += (zNm - stay.meanNm) / stay.frames;
    } else {
      stays.push({ first: frame, frames: 1, meanNm: zNm });
    }
  }
  const least = LEAST_SHARE * usualFrames(stays.map(({ frames }) => frames));
  const planeZNm = new Float64Array(focusZNm.length).fill(Number.NaN);
  for (const { first, frames, meanNm } of stays) {
    if (frames >= least) planeZNm.fill(meanNm, first, first + frames);
  }
  return planeZNm;
}

/** How many frames the plane has in which the middle frame lies: moves are many, but have few. */
function usualFrames(counts: readonly number[]): number {
  const half = counts.reduce((sum, frames) => sum + frames, 0) / 2;
  let seen = 0;
  for (const frames of counts.toSorted((a, b) => a - b)) {
    seen += frames;
    if (seen >= half) return frames;
  }
  return 0;
}
