import type { Pass } from './passes.ts';
import { matchHeight, profileSpline } from './sweep-spline.ts';
import { fitLine, mean, median } from './sweep-statistics.ts';
import type { BeadPlaces, SweepTracks } from './sweep-tracks.ts';
import { type BeadVisit, profileMatrix } from './sweep-visits.ts';

/** A measured number and its standard error. */
interface Measured {
  value: number;
  error: number;
}

/** How the focus moved besides what the planes say, from the shift of the beads between the passes. */
export interface SweepMotion {
  /** [pass] nm between the focus of this way and the first at one position of the stage, at the turn; null when it could not be measured. */
  offsetNm: (Measured | null)[];
  /** nm per unit of time; null without a second pass. */
  drift: Measured | null;
  /** nm by which the shifts of single planes scatter around those. */
  scatterNm: number;
  /** Beads it is measured with, by index. */
  beads: number[];
}

/** Farthest a pass is looked for, as a share of the range. */
const REACH_SHARE = 0.15;

/** A match below this is not of the same bead at another height. */
const LEAST_SCORE = 0.8;

/** Shift of one bead between the first pass and another. */
interface PassShift {
  pass: number;
  /** [plane] time between the visits, and nm. */
  elapsed: number[];
  shiftNm: number[];
}

/**
 * Hysteresis and drift of the focus. The profile a bead has on the way back is that of another plane on the way
 * there; the shift between the two is the hysteresis plus the drift of the time between them, short near the turn
 * and long at the start.
 *
 * @param ofBead [bead][pass][visit]
 * @param beads which of them; stuck ones, if not all
 */
export function measureMotion(
  ofBead: readonly (readonly BeadVisit[][])[],
  passes: readonly Pass[],
  beads: readonly number[],
): SweepMotion {
  const lines = passes.map((pass, number) => {
    if (number === 0) return [];
    const turnsBack = pass.direction !== passes[0]!.direction;
    return beads.flatMap((bead) => {
      const shift = passShift(ofBead[bead]!, number);
      return shift ? [{ bead, ...lineOf(shift, turnsBack) }] : [];
    });
  });
  const all = lines.flat().filter(({ slope }) => Number.isFinite(slope.value));
  const offsetNm = lines.map((ofPass, number) => {
    if (number === 0) return { value: 0, error: 0 };
    return combine(ofPass.map(({ offset }) => offset));
  });
  return {
    offsetNm,
    drift: combine(all.map(({ slope }) => slope)),
    scatterNm: all.length > 0 ? median(all.map(({ scatter }) => scatter)) : Number.NaN,
    beads: [...new Set(all.map(({ bead }) => bead))],
  };
}

function passShift(passes: readonly BeadVisit[][], pass: number): PassShift | null {
  const [first, other] = [passes[0]!, passes[pass]!];
  if (first.length < 8 || other.length < 8) return null;
  const zNm = Float64Array.from(first, ({ planeZNm }) => planeZNm);
  const radii = first[0]!.profile.length;
  const spline = profileSpline(zNm, profileMatrix(first, radii), radii);
  const reachNm = REACH_SHARE * (zNm.at(-1)! - zNm[0]!);
  const shift: PassShift = { pass, elapsed: [], shiftNm: [] };
  for (const { planeZNm, profile, time } of other) {
    const match = matchHeight(spline, profile, planeZNm, reachNm);
    if (!match || match.score < LEAST_SCORE) continue;
    shift.elapsed.push(time - timeAt(first, match.zNm));
    shift.shiftNm.push(match.zNm - planeZNm);
  }
  return shift.shiftNm.length >= 4 ? shift : null;
}

/** When the first pass was at a height. */
function timeAt(visits: readonly BeadVisit[], zNm: number): number {
  const above = Math.max(
    1,
    visits.findIndex(({ planeZNm }) => planeZNm >= zNm),
  );
  const [low, high] = [visits[above - 1]!, visits[above]!];
  const share = (zNm - low.planeZNm) / (high.planeZNm - low.planeZNm);
  return low.time + share * (high.time - low.time);
}

/** A pass the same way as the first is as far from it in time everywhere: its shift is all drift. */
function lineOf({ elapsed, shiftNm }: PassShift, turnsBack: boolean) {
  const unknown = { value: Number.NaN, error: Number.NaN };
  const line = fitLine(elapsed, shiftNm);
  if (turnsBack) {
    if (!line) return { offset: unknown, slope: unknown, scatter: Number.NaN };
    const offset = { value: line.intercept, error: line.interceptError };
    return { offset, slope: { value: line.slope, error: line.slopeError }, scatter: line.scatter };
  }
  const middle = median(shiftNm);
  const away = mean(elapsed);
  const scatter = Math.sqrt(mean(shiftNm.map((shift) => (shift - middle) ** 2)));
  const error = scatter / Math.sqrt(shiftNm.length);
  return {
    offset: { value: 0, error },
    slope: { value: middle / away, error: error / Math.abs(away) },
    scatter,
  };
}

/** Mean by inverse variance; its error is at least what their scatter says. */
function combine(measured: readonly Measured[]): Measured | null {
  const known = measured.filter(({ value, error }) => Number.isFinite(value) && Number.isFinite(error));
  if (known.length === 0) return null;
  const weights = known.map(({ error }) => 1 / Math.max(error, 1e-6) ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const value = known.reduce((sum, one, index) => sum + weights[index]! * one.value, 0) / total;
  const chiSquared = known.reduce((sum, one, index) => sum + weights[index]! * (one.value - value) ** 2, 0);
  const excess = known.length > 1 ? Math.max(1, Math.sqrt(chiSquared / (known.length - 1))) : 1;
  return { value, error: excess / Math.sqrt(total) };
}

/** Frames of all beads that are looked at together. */
const WINDOW = 1024;

/** [frame] px by which the beads have moved together since the middle of the sweep; NaN where none was found. */
export function fieldDrift(tracks: SweepTracks, beads: readonly number[]): BeadPlaces {
  const homes = beads.map((bead) => {
    const { xPx, yPx } = tracks.placesOf(bead, 0, tracks.frames);
    return { xPx: median(xPx), yPx: median(yPx) };
  });
  const drift = { xPx: new Float64Array(tracks.frames), yPx: new Float64Array(tracks.frames) };
  for (let first = 0; first < tracks.frames; first += WINDOW) {
    const frames = Math.min(WINDOW, tracks.frames - first);
    const places = beads.map((bead) => tracks.placesOf(bead, first, frames));
    for (const axis of ['xPx', 'yPx'] as const) {
      for (let frame = 0; frame < frames; frame++) {
        const moved = places.map((place, index) => place[axis][frame]! - homes[index]![axis]);
        drift[axis][first + frame] = median(moved);
      }
    }
  }
  return drift;
}
