/** Frames of one message at most; a plot has not so many columns of pixels. */
const MOST_FRAMES = 6144;
/** Of each bucket: lowest, highest, and highest of the other. */
const KEPT_OF_BUCKET = 3;

/**
 * Numbers of the frames from `first` to before `end` that show the course of two values: all where they are few, else of
 * every bucket those of the lowest and highest value and of the highest peak.
 */
export function thinnedFrames(
  first: number,
  end: number,
  courseOf: (frame: number) => number,
  peakOf: (frame: number) => number,
  most = MOST_FRAMES,
): number[] {
  const count = Math.max(0, end - first);
  if (count <= most) return Array.from({ length: count }, (_, index) => first + index);
  const buckets = Math.floor(most / KEPT_OF_BUCKET);
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = first + Math.floor((bucket * count) / buckets);
    const to = first + Math.floor(((bucket + 1) * count) / buckets);
    let [low, high, peak] = [from, from, from];
    for (let frame = from + 1; frame < to; frame++) {
      if (courseOf(frame) < courseOf(low) || Number.isNaN(courseOf(low))) low = frame;
      if (courseOf(frame) > courseOf(high) || Number.isNaN(courseOf(high))) high = frame;
      if (peakOf(frame) > peakOf(peak) || Number.isNaN(peakOf(peak))) peak = frame;
    }
    kept.push(...[...new Set([low, high, peak])].sort((a, b) => a - b));
  }
  return kept;
}
