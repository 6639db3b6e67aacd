import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { Pass } from './passes.ts';
import { median, robustSigma } from './sweep-statistics.ts';
import type { BeadTracks } from './sweep-tracks.ts';

/** Why a frame is not in a Z-LUT, and what the rule asks; the first that holds counts. */
export const REJECTION_RULES = {
  lost: 'the bead was not found',
  'roi-edge': 'its center lies outside the middle half of the ROI',
  jump: 'its center lies off its path by more than 6 sigma and 1.5 px',
  dim: 'its mean counts lie under 0.7 of those of the frames around it',
  blur: 'its rings have under 0.7 of the contrast of the other frames of the plane',
  outlier: 'its profile is farther from that of the plane than 6 robust sigma and 3 times the usual',
} as const;

type RejectionRule = keyof typeof REJECTION_RULES;

/** Frames rejected, by rule. */
export type RejectionCounts = Record<RejectionRule, number>;

const RULES = Object.keys(REJECTION_RULES) as RejectionRule[];

const DIM_SHARE = 0.7;
const BLUR_SHARE = 0.7;
const OUTLIER_SIGMAS = 6;
const OUTLIER_TIMES = 3;
const JUMP_SIGMAS = 6;
const JUMP_PX = 1.5;

/** Frames on either side whose path and light a frame is compared with. */
const NEIGHBORS = 8;

/** Frames of a plane around that are looked at. */
const MOST_AROUND = 64;

/** Fewest frames of a plane that can tell which of them is unlike the others. */
const MIN_FRAMES = 3;

/** Fewest frames of a sweep whose deviations make a sigma. */
const MIN_FRAMES_FOR_SIGMA = 12;

export interface Judgement {
  /** [frame] whether it is used. */
  used: Uint8Array;
  counts: RejectionCounts;
}

/** No frame rejected. */
function noRejections(): RejectionCounts {
  return Object.fromEntries(RULES.map((rule) => [rule, 0])) as RejectionCounts;
}

/**
 * Which frames of a bead its Z-LUT is made of.
 * @param drift [frame] px that the whole field has moved, which is no jump of the bead
 */
export function judgeFrames(
  tracks: BeadTracks,
  passes: readonly Pass[],
  drift: { xPx: ArrayLike<number>; yPx: ArrayLike<number> } | null,
): Judgement {
  const { xPx, yPx, status, profiles } = tracks;
  const total = profiles.length;
  const verdicts = new Array<RejectionRule | undefined>(total);
  const reject = (frame: number, rule: RejectionRule) => {
    verdicts[frame] ??= rule;
  };
  const isUsed = (frame: number) => verdicts[frame] === undefined;

  for (let frame = 0; frame < total; frame++) {
    if (Number.isNaN(xPx[frame]! + yPx[frame]!)) reject(frame, 'lost');
    else if (status[frame]! & TRACK_STATUS['roi-edge']) reject(frame, 'roi-edge');
  }
  const found = Array.from({ length: total }, (_, frame) => frame).filter(isUsed);
  for (const axis of ['xPx', 'yPx'] as const) {
    const path = found.map((frame) => tracks[axis][frame]! - (drift?.[axis][frame] ?? 0));
    const off = offNeighbors(path).map((value, place) => path[place]! - value);
    const limit = Math.max(JUMP_PX, JUMP_SIGMAS * robustSigma(off, 0));
    for (const [place, frame] of found.entries()) if (Math.abs(off[place]!) > limit) reject(frame, 'jump');
  }
  const light = found.map((frame) => meanCounts(profiles[frame]!));
  const around = offNeighbors(light);
  for (const [place, frame] of found.entries()) {
    if (light[place]! < DIM_SHARE * around[place]!) reject(frame, 'dim');
  }
  const visits = passes.flatMap((pass) => pass.visits).map(({ frames }) => frames);
  for (const frames of visits) {
    const contrasts = frames.map((frame) => (isUsed(frame) ? contrast(profiles[frame]!) : Number.NaN));
    if (contrasts.filter(Number.isFinite).length < MIN_FRAMES) continue;
    const usual = median(contrasts);
    for (const [place, frame] of frames.entries())
      if (contrasts[place]! < BLUR_SHARE * usual) reject(frame, 'blur');
  }
  for (const frame of outliers(profiles, visits, isUsed)) reject(frame, 'outlier');

  const counts = noRejections();
  const used = new Uint8Array(total);
  for (let frame = 0; frame < total; frame++) {
    const rule = verdicts[frame];
    if (rule) counts[rule]++;
    else used[frame] = 1;
  }
  return { used, counts };
}

/** [place] median of the values before and after each; near an end, that of the first or last ones, with their slope. */
function offNeighbors(values: readonly number[]): number[] {
  const around = 2 * NEIGHBORS + 1;
  return values.map((_, place) => {
    const first = Math.max(0, Math.min(place - NEIGHBORS, values.length - around));
    const window = values.slice(first, first + around);
    const middle = median(window);
    const ahead = place - first - (window.length - 1) / 2;
    const half = Math.floor(window.length / 2);
    if (ahead === 0 || half === 0) return middle;
    // What drifts steadily is ahead of the median at the end.
    const slope = (median(window.slice(-half)) - median(window.slice(0, half))) / (window.length - half);
    return middle + slope * ahead;
  });
}

/** Mean counts of the disc: rings weighed by their pixels, since defocus only moves light between them. */
function meanCounts(profile: Float32Array): number {
  let sum = 0;
  let weight = 0;
  for (let radius = 0; radius < profile.length; radius++) {
    const counts = profile[radius]!;
    if (Number.isNaN(counts)) continue;
    sum += (radius + 0.5) * counts;
    weight += radius + 0.5;
  }
  return sum / weight;
}

/** Standard deviation of the counts over the radii. */
function contrast(profile: Float32Array): number {
  let sum = 0;
  let count = 0;
  for (let radius = 0; radius < profile.length; radius++) {
    if (Number.isNaN(profile[radius]!)) continue;
    sum += profile[radius]!;
    count++;
  }
  let squares = 0;
  for (let radius = 0; radius < profile.length; radius++) {
    if (!Number.isNaN(profile[radius]!)) squares += (profile[radius]! - sum / count) ** 2;
  }
  return Math.sqrt(squares / count);
}

/** Frames whose profile is far from the median profile of their plane, by the spread over the whole sweep. */
function outliers(
  profiles: readonly Float32Array[],
  visits: readonly (readonly number[])[],
  isUsed: (frame: number) => boolean,
): number[] {
  const used = visits.map((frames) => frames.filter(isUsed)).filter((frames) => frames.length >= MIN_FRAMES);
  const distances = used.map((frames) => {
    const own = frames.map((frame) => profiles[frame]!);
    const middle = medianProfile(own);
    return own.map((profile) => distance(profile, middle));
  });
  // Over the usual distance: that of the plane, since a sharp focus has more, or of the planes around, since a plane
  // has few frames.
  const spread = distances.map(someOf);
  const ratios = distances.flatMap((ofVisit, visit) => {
    const around = spread.slice(Math.max(0, visit - NEIGHBORS), visit + NEIGHBORS + 1).flat();
    const usual = Math.max(median(ofVisit), median(around));
    return ofVisit.map((value) => (usual > 0 ? value / usual : 1));
  });
  const frames = used.flat();
  if (ratios.length < MIN_FRAMES_FOR_SIGMA) return [];
  const center = median(ratios);
  // Distances of good frames are skewed: of a few frames, six sigma alone would reject one in fifty.
  const limit = Math.max(OUTLIER_TIMES, center + OUTLIER_SIGMAS * robustSigma(ratios, center));
  return frames.filter((_, place) => ratios[place]! > limit);
}

/** Some of the values, from all over them: the middle of hundreds is known as well by these. */
function someOf(values: readonly number[]): number[] {
  const every = Math.ceil(values.length / MOST_AROUND);
  return values.filter((_, place) => place % every === 0);
}

/** [radius] middle of the profiles' counts; NaN where all are. */
export function medianProfile(profiles: readonly ArrayLike<number>[]): Float64Array {
  const radii = profiles[0]?.length ?? 0;
  return Float64Array.from({ length: radii }, (_, radius) =>
    median(profiles.map((profile) => profile[radius]!)),
  );
}

/** Root mean square difference of shapes: each profile less its own mean, so that a flicker of the lamp is none. */
function distance(profile: Float32Array, other: Float64Array): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let radius = 0; radius < profile.length; radius++) {
    const difference = profile[radius]! - other[radius]!;
    if (Number.isNaN(difference)) continue;
    sum += difference;
    squares += difference * difference;
    count++;
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
