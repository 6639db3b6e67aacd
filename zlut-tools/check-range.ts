import type { ZLut } from '#protocol/z-lut.ts';
import type { PlaneResemblance } from './check-correlation.ts';
import { median } from './sweep-statistics.ts';

/** Two planes that a lookup can take for each other. */
interface Conflict {
  plane: number;
  other: number;
  /** Their correlation. */
  score: number;
}

/**
 * A second peak can win when it is lower than the first by no more than so many times what noise makes neighboring
 * planes differ by; a real bead is never nearer to its Z-LUT than the least, and one farther than the most is another
 * bead.
 */
const MARGIN_NOISES = 8;
const LEAST_MARGIN = 0.02;
const MOST_MARGIN = 0.1;

/** [plane] correlation with another plane from which on a plane is ambiguous. */
function ambiguousScores({ noise }: PlaneResemblance): Float64Array {
  return noise.map((loss) => 1 - Math.min(MOST_MARGIN, Math.max(LEAST_MARGIN, MARGIN_NOISES * loss)));
}

/** Planes that correlate less with the next one leave a lookup nothing to interpolate between. */
const BROKEN_SCORE = 0.7;

/** Contrast below this share of the usual is none. */
const FAINT_SHARE = 0.1;

/** An own plane looked up farther off than so many steps is at the wrong height. */
const JUMP_STEPS = 6;

export interface UsefulRange {
  /** First and last plane; null when no two planes are left. */
  planes: [number, number] | null;
  /** [plane] correlation with another plane from which on it is ambiguous. */
  ambiguousScore: Float64Array;
  /** Planes that resemble one beyond the peak around them. */
  conflicts: Conflict[];
  /** Share of the planes among `conflicts`. */
  ambiguousShare: number;
  /** Middle of the planes that resemble each other; null when they do not lie around one. */
  focusZNm: number | null;
  /** Planes without contrast, and planes after which the next is too unlike. */
  faint: number[];
  broken: number[];
  /** Planes that were looked up at a wrong height. */
  jumps: number[];
}

/**
 * The longest range of planes in which none can be taken for another, none is without contrast, and none so unlike
 * the next that there is nothing between them.
 * @param ownErrorNm [plane] NaN where not known
 * @param endPlanes planes at either end that give no z
 */
export function usefulRange(
  zLut: ZLut,
  resemblance: PlaneResemblance,
  ownErrorNm: Float64Array,
  endPlanes: number,
): UsefulRange {
  const { planes, planeZNm } = zLut;
  const { correlation } = resemblance;
  const faint = faintPlanes(zLut);
  const broken = Array.from({ length: planes - 1 }, (_, plane) => plane).filter(
    (plane) => !(correlation[plane * planes + plane + 1]! >= BROKEN_SCORE),
  );
  const ambiguousScore = ambiguousScores(resemblance);
  const conflicts = findConflicts(resemblance, ambiguousScore);
  const stepNm = Math.abs(planeZNm[planes - 1]! - planeZNm[0]!) / (planes - 1);
  const jumps = Array.from(ownErrorNm.keys()).filter(
    (plane) =>
      Math.abs(ownErrorNm[plane]!) >
      Math.max(JUMP_STEPS * stepNm, 0.5 * (resemblance.spans[plane] ?? 0) * stepNm),
  );
  /** [plane] last plane before it that cannot be in one range with it. */
  const notWith = new Int32Array(planes).fill(-1);
  const forbid = (a: number, b: number) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    notWith[high] = Math.max(notWith[high]!, low);
  };
  for (const { plane, other } of conflicts) forbid(plane, other);
  for (const plane of broken) forbid(plane, plane + 1);
  for (const plane of jumps) {
    forbid(plane, nearestPlane(planeZNm, planeZNm[plane]! + ownErrorNm[plane]!));
  }
  for (const plane of faint) forbid(plane, plane);
  return {
    planes: longestRange(planeZNm, notWith, endPlanes),
    ambiguousScore,
    conflicts,
    ambiguousShare: new Set(conflicts.map(({ plane }) => plane)).size / planes,
    focusZNm: middleOf(conflicts, planeZNm),
    ...{ faint, broken, jumps },
  };
}

/** Every plane with those beyond its peak that it resembles. */
function findConflicts({ planes, correlation, lobes }: PlaneResemblance, limits: Float64Array): Conflict[] {
  const conflicts: Conflict[] = [];
  for (let plane = 0; plane < planes; plane++) {
    const { first, last } = lobes[plane]!;
    const limit = limits[plane]!;
    for (let other = 0; other < planes; other++) {
      const score = correlation[plane * planes + other]!;
      if ((other < first || other > last) && score >= limit) conflicts.push({ plane, other, score });
    }
  }
  return conflicts;
}

/** Planes without contrast. */
function faintPlanes({ planes, radii, profiles }: ZLut): number[] {
  const contrasts = Array.from({ length: planes }, (_, plane) => {
    const profile = profiles
      .subarray(plane * radii + 1, (plane + 1) * radii)
      .filter((value) => !Number.isNaN(value));
    const mean = profile.reduce((sum, value) => sum + value, 0) / profile.length;
    return Math.sqrt(profile.reduce((sum, value) => sum + (value - mean) ** 2, 0) / profile.length);
  });
  const usual = median(contrasts);
  return contrasts.flatMap((contrast, plane) => (contrast > FAINT_SHARE * usual ? [] : [plane]));
}

/** The planes of a range as a Z-LUT of their own. */
export function cutZLut(zLut: ZLut, [first, last]: readonly [number, number]): ZLut {
  const { name, radii, planeZNm, profiles } = zLut;
  return {
    ...{ name, radii, planes: last - first + 1 },
    planeZNm: planeZNm.slice(first, last + 1),
    profiles: profiles.slice(first * radii, (last + 1) * radii),
  };
}

function nearestPlane(planeZNm: Float64Array, zNm: number): number {
  let nearest = 0;
  for (let plane = 1; plane < planeZNm.length; plane++) {
    if (Math.abs(planeZNm[plane]! - zNm) < Math.abs(planeZNm[nearest]! - zNm)) nearest = plane;
  }
  return nearest;
}

function longestRange(
  planeZNm: Float64Array,
  notWith: Int32Array,
  endPlanes: number,
): [number, number] | null {
  const last = planeZNm.length - 1 - endPlanes;
  let first = endPlanes;
  let best: [number, number] | null = null;
  for (let plane = endPlanes; plane <= last; plane++) {
    first = Math.max(first, notWith[plane]! + 1);
    if (first >= plane) continue;
    const length = Math.abs(planeZNm[plane]! - planeZNm[first]!);
    if (!best || length > Math.abs(planeZNm[best[1]]! - planeZNm[best[0]]!)) best = [first, plane];
  }
  return best;
}

/** Height around which most of the planes lie that resemble each other. */
function middleOf(conflicts: readonly Conflict[], planeZNm: Float64Array): number | null {
  if (conflicts.length === 0) return null;
  const middle = median(conflicts.map(({ plane, other }) => (planeZNm[plane]! + planeZNm[other]!) / 2));
  const around = conflicts.filter(
    ({ plane, other }) => (planeZNm[plane]! - middle) * (planeZNm[other]! - middle) < 0,
  );
  return around.length > conflicts.length / 2 ? middle : null;
}
