/** A line to draw: points in time, NaN where it is broken. Kept and filled anew from any length on. */
export class Polyline {
  timeS = new Float64Array(1024);
  values = new Float64Array(1024);
  length = 0;

  push(timeS: number, value: number): void {
    if (this.length === this.timeS.length) {
      this.timeS = grown(this.timeS);
      this.values = grown(this.values);
    }
    this.timeS[this.length] = timeS;
    this.values[this.length++] = value;
  }
}

/** An area to draw between two lines, NaN where it is broken. Kept and filled anew from any length on. */
export class Band {
  timeS = new Float64Array(1024);
  low = new Float64Array(1024);
  high = new Float64Array(1024);
  length = 0;

  push(timeS: number, low: number, high: number): void {
    if (this.length === this.timeS.length) {
      this.timeS = grown(this.timeS);
      this.low = grown(this.low);
      this.high = grown(this.high);
    }
    this.timeS[this.length] = timeS;
    this.low[this.length] = low;
    this.high[this.length++] = high;
  }
}

function grown(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}

/**
 * Points of a trace sorted into buckets of time, once for all of its columns.
 *
 * Buckets lie on a fixed grid of time, so that a scrolling trace does not shimmer.
 */
export class TimeBuckets {
  bucketS = 1;
  /** Number of the first bucket on the grid. */
  first = 0;
  count = 0;
  timeS: Float64Array = new Float64Array(0);
  /** [bucket] its first point; one more at the end. */
  starts = new Int32Array(1024);

  /**
   * @param timeS [point] s, never decreasing; used until the next call
   * @param bucketS s per bucket: the time a pixel of the plot covers
   */
  sort(timeS: Float64Array, bucketS: number): void {
    this.timeS = timeS;
    this.bucketS = bucketS;
    this.count = 0;
    if (timeS.length === 0) return;
    this.first = Math.floor(timeS[0]! / bucketS);
    this.count = Math.floor(timeS.at(-1)! / bucketS) - this.first + 1;
    if (this.starts.length <= this.count) this.starts = new Int32Array(2 * this.count);
    let point = 0;
    for (let bucket = 0; bucket < this.count; bucket++) {
      this.starts[bucket] = point;
      point = this.#firstFrom(point, (this.first + bucket + 1) * bucketS);
    }
    this.starts[this.count] = timeS.length;
  }

  /** First point that is not before `atS`, searched from `point` on in steps that double. */
  #firstFrom(point: number, atS: number): number {
    const { timeS } = this;
    let low = point;
    let step = 1;
    while (low + step < timeS.length && timeS[low + step]! < atS) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step, timeS.length);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeS[middle]! < atS) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Thins a column to the smallest and the largest value of every bucket, each at its own time. A NaN breaks the line.
 * @param values [point] of the trace that was sorted
 * @param from bucket to begin with; `to` is behind the last
 * @param into gets at most 4 points a bucket added
 */
export function decimateTrace(
  buckets: TimeBuckets,
  values: Float64Array,
  from: number,
  to: number,
  into: Polyline,
): void {
  const { starts, timeS, first, bucketS } = buckets;
  for (let bucket = from; bucket < to; bucket++) {
    const end = starts[bucket + 1]!;
    let smallest = -1;
    let largest = -1;
    let breakBefore = false;
    let breakAfter = false;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let point = starts[bucket]!; point < end; point++) {
      const value = values[point]!;
      if (value < least) {
        least = value;
        smallest = point;
      }
      if (value > most) {
        most = value;
        largest = point;
      }
      if (Number.isNaN(value)) {
        if (smallest < 0) breakBefore = true;
        else breakAfter = true;
      }
    }
    if (breakBefore) into.push(smallest < 0 ? timeS[end - 1]! : (first + bucket) * bucketS, Number.NaN);
    if (smallest >= 0) {
      const earlier = Math.min(smallest, largest);
      const later = Math.max(smallest, largest);
      into.push(timeS[earlier]!, values[earlier]!);
      if (later > earlier) into.push(timeS[later]!, values[later]!);
    }
    if (breakAfter) into.push(timeS[end - 1]!, Number.NaN);
  }
}

/**
 * The area that value - sigma and value + sigma of every bucket cover; broken where a bucket with points has none of it.
 * @param sigmas [point] NaN where it is not known
 * @param from bucket to begin with; `to` is behind the last
 */
export function decimateBand(
  buckets: TimeBuckets,
  values: Float64Array,
  sigmas: Float64Array,
  from: number,
  to: number,
  into: Band,
): void {
  const { starts, timeS } = buckets;
  for (let bucket = from; bucket < to; bucket++) {
    const start = starts[bucket]!;
    const end = starts[bucket + 1]!;
    if (end === start) continue;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let point = start; point < end; point++) {
      const low = values[point]! - sigmas[point]!;
      const high = values[point]! + sigmas[point]!;
      if (low < least) least = low;
      if (high > most) most = high;
    }
    const middleS = (timeS[start]! + timeS[end - 1]!) / 2;
    if (most < least) into.push(middleS, Number.NaN, Number.NaN);
    else into.push(middleS, least, most);
  }
}
