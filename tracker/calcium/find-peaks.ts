import { requireNumber } from './calcium-error.ts';

export interface PeakOptions {
  /** Least number of samples between two peaks, at least 1; default 1. */
  distance?: number;
  /** Least height above the higher of the two valleys beside a peak; default 0. */
  prominence?: number;
}

/**
 * Indices of the local maxima of a line, the middle one of a flat top; its ends are never peaks.
 *
 * From the highest down, peaks nearer than `distance` to a higher one are dropped (of equals the later stays);
 * the prominence of those left over is taken over the whole line.
 *
 * @returns [peak] indices, ascending
 * @throws {CalciumError} if the distance is below 1
 */
export function findPeaks(
  line: Float64Array,
  { distance = 1, prominence = 0 }: PeakOptions = {},
): Int32Array {
  requireNumber('findPeaks distance', distance, 'a number of samples, at least 1', distance >= 1);
  const apart = keepDistant(line, localMaxima(line), Math.ceil(distance));
  return Int32Array.from(apart.filter((peak) => prominenceOf(line, peak) >= prominence));
}

function localMaxima(line: Float64Array): number[] {
  const peaks: number[] = [];
  const last = line.length - 1;
  for (let left = 1; left < last; left++) {
    if (!(line[left - 1]! < line[left]!)) continue;
    let right = left;
    while (right < last && line[right + 1] === line[left]) right++;
    if (right < last && line[right + 1]! < line[left]!) peaks.push((left + right) >> 1);
    left = right;
  }
  return peaks;
}

function keepDistant(line: Float64Array, peaks: number[], distance: number): number[] {
  const isKept = new Uint8Array(peaks.length).fill(1);
  const highestFirst = peaks.map((_, index) => index);
  highestFirst.sort((a, b) => line[peaks[b]!]! - line[peaks[a]!]! || b - a);
  for (const index of highestFirst) {
    if (!isKept[index]) continue;
    for (let other = index - 1; other >= 0 && peaks[index]! - peaks[other]! < distance; other--) {
      isKept[other] = 0;
    }
    for (let other = index + 1; other < peaks.length && peaks[other]! - peaks[index]! < distance; other++) {
      isKept[other] = 0;
    }
  }
  return peaks.filter((_, index) => isKept[index]);
}

/** Height of a peak above the higher of its valleys, each as far as the next higher sample. */
function prominenceOf(line: Float64Array, peak: number): number {
  const height = line[peak]!;
  let before = height;
  for (let at = peak; at >= 0 && line[at]! <= height; at--) before = Math.min(before, line[at]!);
  let after = height;
  for (let at = peak; at < line.length && line[at]! <= height; at++) after = Math.min(after, line[at]!);
  return height - Math.max(before, after);
}
