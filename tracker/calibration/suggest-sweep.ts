import type { SweepSuggestion } from '#protocol/sweep.ts';

/** One plane of a coarse sweep. */
export interface CoarsePlane {
  zNm: number;
  /** [bead][radius] counts */
  profiles: readonly Float32Array[];
}

/**
 * A profile of less contrast than this share of the best one says little of z. Simulated beads of 250 to 1400 nm radius
 * fall to 0.2 to 0.3 at the focus: the range keeps to one side of it.
 */
const LEAST_CONTRAST = 0.4;
/** What neighboring planes differ by, as 1 - r: 34 to 71 nm for the same beads, as such tables are made. */
const STEP_UNLIKENESS = 0.001;
/** Above this, planes differ so much that their distance no longer tells by how much. */
const MOST_UNLIKENESS = 0.5;
const LEAST_STEP_NM = 10;
const MOST_STEP_NM = 200;

/**
 * Range and step for a focal sweep from a quick coarse one: the heights around the strongest rings where every bead
 * still has 0.4 of its contrast, in steps that change the correlation of a profile by 0.001.
 *
 * @param planes of one pass, in rising z, at least 3
 * @returns null when no bead has rings
 * Differs: nobody publishes such a rule; 1 - r grows with the square of a small step, which gives the step.
 */
export function suggestSweep(planes: readonly CoarsePlane[]): SweepSuggestion | null {
  const beads = planes[0]?.profiles.length ?? 0;
  if (planes.length < 3 || beads === 0) return null;
  let [from, to] = [0, planes.length - 1];
  const steps: number[] = [];
  for (let bead = 0; bead < beads; bead++) {
    const own = rangeOf(planes, bead);
    if (!own) return null;
    from = Math.max(from, own.from);
    to = Math.min(to, own.to);
    const step = stepOf(planes.slice(own.from, own.to + 1), bead);
    if (step !== null) steps.push(step);
  }
  if (to - from < 2 || steps.length === 0) return null;
  const finest = Math.min(...steps);
  const stepNm = Math.min(Math.max(5 * Math.round(finest / 5), LEAST_STEP_NM), MOST_STEP_NM);
  const fromNm = planes[from]!.zNm;
  const toNm = fromNm + stepNm * Math.floor((planes[to]!.zNm - fromNm) / stepNm);
  const why = `rings of ${beads === 1 ? 'the bead' : `all ${beads} beads`} have 0.4 of their contrast or more from ${fromNm} to ${planes[to]!.zNm} nm, and change their correlation by 0.001 in ${finest.toFixed(0)} nm`;
  return { fromNm, toNm, stepNm, why };
}

/** Planes around the one of most contrast, first and last. */
function rangeOf(planes: readonly CoarsePlane[], bead: number): { from: number; to: number } | null {
  const contrasts = planes.map(({ profiles }) => contrastOf(profiles[bead]!));
  const most = Math.max(...contrasts.filter(Number.isFinite));
  if (!(most > 0)) return null;
  const best = contrasts.indexOf(most);
  const enough = (plane: number) => contrasts[plane]! >= LEAST_CONTRAST * most;
  let [from, to] = [best, best];
  while (from > 0 && enough(from - 1)) from--;
  while (to < planes.length - 1 && enough(to + 1)) to++;
  return { from, to };
}

/** Standard deviation over the mean of a profile. */
function contrastOf(profile: Float32Array): number {
  const counts = profile.filter((value) => !Number.isNaN(value));
  const mean = counts.reduce((sum, value) => sum + value, 0) / counts.length;
  const variance = counts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / counts.length;
  return Math.sqrt(variance) / mean;
}

/** Step by which profiles become just unlike enough, from the median over neighboring planes, nm. */
function stepOf(planes: readonly CoarsePlane[], bead: number): number | null {
  const steps: number[] = [];
  for (let plane = 1; plane < planes.length; plane++) {
    const [before, now] = [planes[plane - 1]!, planes[plane]!];
    const unlike = 1 - correlation(before.profiles[bead]!, now.profiles[bead]!);
    if (!(unlike > 0)) continue;
    const distance = Math.abs(now.zNm - before.zNm);
    steps.push(distance * Math.sqrt(STEP_UNLIKENESS / Math.min(unlike, MOST_UNLIKENESS)));
  }
  return steps.length === 0 ? null : steps.sort((a, b) => a - b)[steps.length >> 1]!;
}

function correlation(a: Float32Array, b: Float32Array): number {
  let [n, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0];
  for (let radius = 0; radius < a.length; radius++) {
    const [x, y] = [a[radius]!, b[radius]!];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    n++;
    sumA += x;
    sumB += y;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const covariance = products - (sumA * sumB) / n;
  return covariance / Math.sqrt((squaresA - sumA ** 2 / n) * (squaresB - sumB ** 2 / n));
}
