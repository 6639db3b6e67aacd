import { boxMean, type FrameLevel } from './frame-levels.ts';

/** A place that many slopes of the picture point to; level px. */
export interface RingCenter {
  x: number;
  y: number;
  /** Slopes pointing here, in the mean of the 3 x 3 px around it. */
  votes: number;
}

/** Largest distance a slope votes over, level px: rings wider than this are seen at the next level. */
const VOTE_REACH = 32;

// A slope below 4 sigma of noise has no direction.
const NOISE_FACTOR = 4;
// A ring of the smallest radius looked for has some 40 px of slope; a third of it may be hidden.
const MIN_VOTES = 27;
const MIN_PEAK_OVER_NEIGHBORHOOD = 1.5;
const MAX_CENTERS = 3000;
const SAMPLES = 20_000;

/**
 * Places where the slopes of the contrast meet: every steep pixel votes for all pixels on the line along its gradient,
 * and the middle of a set of rings, which all its slopes point to or away from, gets the most votes.
 *
 * Radius, number and sign of the rings do not matter, only that they are round: this is a search, the judgment follows.
 * Source: Loy and Zelinsky 2003, doi 10.1109/TPAMI.2003.1217601. Differs: whole lines instead of one radius at a time,
 * and one vote a pixel whatever its contrast.
 * @returns the most voted first
 */
export function findRingCenters(level: FrameLevel): RingCenter[] {
  const { width, height } = level;
  const smooth = boxMean(level.contrast, width, height, 1);
  const steep = steepSlope(level, smooth);
  if (steep === 0) return [];
  const votes = castVotes(smooth, width, height, steep);
  const near = boxMean(boxMean(votes, width, height, 1), width, height, 1);
  const around = boxMean(votes, width, height, VOTE_REACH / 2);
  const centers: RingCenter[] = [];
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2; x < width - 2; x++) {
      const i = y * width + x;
      const here = near[i]!;
      if (here * 9 < MIN_VOTES || here < MIN_PEAK_OVER_NEIGHBORHOOD * around[i]!) continue;
      if (!isPeak(near, width, i)) continue;
      centers.push({
        x: x + parabolaTop(near[i - 1]!, here, near[i + 1]!),
        y: y + parabolaTop(near[i - width]!, here, near[i + width]!),
        votes: here * 9,
      });
    }
  }
  return centers.sort((a, b) => b.votes - a.votes).slice(0, MAX_CENTERS);
}

/**
 * Slope above which a pixel votes: clear of noise, not a hundredth of the steepest, and at most a quarter of the pixels.
 * 0 for a picture without any slope.
 */
function steepSlope({ contrast, width, height }: FrameLevel, smooth: Float32Array): number {
  // Odd, so that the samples do not run down one column.
  const step = Math.max(1, Math.floor((width * height) / SAMPLES)) | 1;
  const slopes: number[] = [];
  const roughness: number[] = [];
  for (let i = width + 1; i < width * (height - 1) - 1; i += step) {
    const dx = smooth[i + 1]! - smooth[i - 1]!;
    const dy = smooth[i + width]! - smooth[i - width]!;
    slopes.push(Math.hypot(dx, dy));
    // Differences of differences: noise passes, smooth rings do not (Immerkaer 1996, doi 10.1006/cviu.1996.0060).
    const above = contrast[i - width - 1]! - 2 * contrast[i - width]! + contrast[i - width + 1]!;
    const at = contrast[i - 1]! - 2 * contrast[i]! + contrast[i + 1]!;
    const below = contrast[i + width - 1]! - 2 * contrast[i + width]! + contrast[i + width + 1]!;
    roughness.push(Math.abs(above - 2 * at + below));
  }
  // 6 is the root of the summed squares of the weights above, 0.6745 sigma the median of |noise|.
  const noise = quantile(roughness, 0.5) / (6 * 0.6745);
  // Means of 3 x 3 px two columns apart share the column between them: 12 px of 1 / 9 sigma differ.
  const noiseSlope = noise * (Math.sqrt(12) / 9);
  const steepest = quantile(slopes, 1);
  return Math.max(NOISE_FACTOR * noiseSlope, quantile(slopes, 0.75), steepest / 100);
}

function castVotes(smooth: Float32Array, width: number, height: number, steep: number): Float32Array {
  const votes = new Float32Array(width * height);
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2; x < width - 2; x++) {
      const i = y * width + x;
      const dx = smooth[i + 1]! - smooth[i - 1]!;
      const dy = smooth[i + width]! - smooth[i - width]!;
      const slope = Math.sqrt(dx * dx + dy * dy);
      if (slope < steep) continue;
      voteAlong(votes, width, height, x, y, dx / slope, dy / slope);
      voteAlong(votes, width, height, x, y, -dx / slope, -dy / slope);
    }
  }
  return votes;
}

function voteAlong(
  votes: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  stepX: number,
  stepY: number,
): void {
  let toX = x + 0.5 + stepX;
  let toY = y + 0.5 + stepY;
  for (let n = 2; n <= VOTE_REACH; n++) {
    toX += stepX;
    toY += stepY;
    if (toX < 0 || toY < 0 || toX >= width || toY >= height) return;
    votes[(toY | 0) * width + (toX | 0)]!++;
  }
}

/** Highest of its 5 x 5 px; of equals the first in reading order. */
function isPeak(values: Float32Array, width: number, i: number): boolean {
  const here = values[i]!;
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      const other = values[i + dy * width + dx]!;
      if (other > here || (other === here && (dy < 0 || (dy === 0 && dx < 0)))) return false;
    }
  }
  return true;
}

/** Where the parabola through three values at -1, 0, 1 has its top, within half a px. */
function parabolaTop(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  if (bend >= 0) return 0;
  return Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)));
}

function quantile(values: number[], share: number): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * share))]!;
}
