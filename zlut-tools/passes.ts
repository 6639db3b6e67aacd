/** Frames of a sweep at one height on one way through the planes. */
export interface Visit {
  pass: number;
  planeZNm: number;
  /** Mean of its frames; s, or frames where the sweep has no times. */
  time: number;
  /** Indices of its frames. */
  frames: number[];
}

/** One way through the planes. */
export interface Pass {
  /** Whether z rises or falls. */
  direction: 1 | -1;
  /** In rising z. */
  visits: Visit[];
}

/** A turn smaller than this share of the range is noise of the position, not a new pass. */
const LEAST_TURN = 0.25;

/** Fewest heights of a pass that can be compared with another. */
const MIN_HEIGHTS = 8;

/**
 * Ways through the planes, in order.
 * @param planeZNm [frame]
 * @param given [frame] pass as the recording tells; found where z reverses when no frame tells
 * @param time [frame] rising
 */
export function findPasses(
  planeZNm: readonly number[],
  given: readonly (number | undefined)[],
  time: readonly number[],
): Pass[] {
  const told = given.some((pass) => pass !== undefined);
  const passOf = told ? given.map((pass) => pass ?? 0) : passesByTurns(planeZNm);
  const numbers = [...new Set(passOf)].sort((a, b) => a - b);
  return numbers.map((number, pass) => {
    const frames = passOf.flatMap((other, frame) => (other === number ? [frame] : []));
    const visits = visitsOf(frames, pass, planeZNm, time);
    const direction = planeZNm[frames.at(-1)!]! < planeZNm[frames[0]!]! ? -1 : 1;
    return { direction, visits };
  });
}

function visitsOf(
  frames: readonly number[],
  pass: number,
  planeZNm: readonly number[],
  time: readonly number[],
): Visit[] {
  const byHeight = new Map<number, Visit>();
  for (const frame of frames) {
    const zNm = planeZNm[frame]!;
    const visit = byHeight.get(zNm) ?? { pass, planeZNm: zNm, time: 0, frames: [] };
    byHeight.set(zNm, visit);
    visit.frames.push(frame);
    visit.time += (time[frame]! - visit.time) / visit.frames.length;
  }
  return [...byHeight.values()].sort((a, b) => a.planeZNm - b.planeZNm);
}

/** [frame] number of the pass, which a turn of z begins; all 0 where some pass would be too short to be one. */
function passesByTurns(planeZNm: readonly number[]): number[] {
  const turns = turningPoints(planeZNm);
  const starts = [0, ...turns];
  const passOf = planeZNm.map((_, frame) => starts.findLastIndex((start) => frame >= start));
  const heights = starts.map(() => new Set<number>());
  for (const [frame, pass] of passOf.entries()) heights[pass]!.add(planeZNm[frame]!);
  return heights.every(({ size }) => size >= MIN_HEIGHTS) ? passOf : planeZNm.map(() => 0);
}

/** First frames after z has turned by more than a share of its range. */
function turningPoints(planeZNm: readonly number[]): number[] {
  const lowest = planeZNm.reduce((least, z) => Math.min(least, z), Number.POSITIVE_INFINITY);
  const highest = planeZNm.reduce((most, z) => Math.max(most, z), Number.NEGATIVE_INFINITY);
  const least = LEAST_TURN * (highest - lowest);
  const turns: number[] = [];
  if (!(least > 0)) return turns;
  let direction = 0;
  let extreme = 0;
  for (let frame = 1; frame < planeZNm.length; frame++) {
    const step = planeZNm[frame]! - planeZNm[extreme]!;
    if (direction === 0) {
      if (Math.abs(step) >= least) direction = Math.sign(step);
      else continue;
    }
    if (step * direction >= 0) extreme = frame;
    else if (-step * direction >= least) {
      turns.push(turnAfter(planeZNm, extreme, frame));
      direction = -direction;
      extreme = frame;
    }
  }
  return turns;
}

/** First frame of the way back. The turn is often visited twice in a row: its frames are then shared by both ways. */
function turnAfter(planeZNm: readonly number[], lastOfExtreme: number, until: number): number {
  const zNm = planeZNm[lastOfExtreme]!;
  let first = lastOfExtreme;
  while (first > 0 && planeZNm[first - 1] === zNm) first--;
  const frames = lastOfExtreme - first + 1;
  const ofNext = planeZNm.slice(lastOfExtreme + 1, until).findIndex((z) => z !== planeZNm[lastOfExtreme + 1]);
  const aPlane = ofNext < 0 ? 1 : ofNext;
  // Twice as many frames as the next plane has: the way back begins at the turn again.
  return frames >= 2 * aPlane && frames > 1 ? first + Math.floor(frames / 2) : lastOfExtreme + 1;
}
