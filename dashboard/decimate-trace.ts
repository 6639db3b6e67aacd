/** Points to draw; null where the line is broken. */
export interface DrawnTrace {
  timeS: number[];
  values: (number | null)[];
}

/** One trace after another; torn where no line leads from one to the other. */
export function joinTraces(before: DrawnTrace, after: DrawnTrace, isTorn: boolean): DrawnTrace {
  const tear = isTorn && before.timeS.length > 0 && after.timeS.length > 0;
  return {
    timeS: [...before.timeS, ...(tear ? [after.timeS[0]!] : []), ...after.timeS],
    values: [...before.values, ...(tear ? [null] : []), ...after.values],
  };
}

/** Changes what is drawn to (value - origin) * scale. */
export interface TraceUnit {
  origin: number;
  scale: number;
}

/**
 * Thins a trace to the smallest and the largest value of every bucket of time, each at its own time.
 *
 * Buckets lie on a fixed grid of time, so that a scrolling trace does not shimmer. A NaN breaks the line.
 * @param timeS [point] s, never decreasing
 * @param values [point]
 * @param bucketS s per bucket: the time a pixel of the plot covers
 * @returns at most 4 points a bucket
 */
export function decimateTrace(
  timeS: Float64Array,
  values: Float64Array,
  bucketS: number,
  { origin, scale }: TraceUnit,
): DrawnTrace {
  const drawn: DrawnTrace = { timeS: [], values: [] };
  const draw = (time: number, value: number | null) => {
    drawn.timeS.push(time);
    drawn.values.push(value);
  };
  let point = 0;
  while (point < timeS.length) {
    const bucket = Math.floor(timeS[point]! / bucketS);
    let smallest = -1;
    let largest = -1;
    let breakBefore = false;
    let breakAfter = false;
    for (; point < timeS.length && Math.floor(timeS[point]! / bucketS) === bucket; point++) {
      const value = values[point]!;
      if (Number.isNaN(value)) {
        if (smallest < 0) breakBefore = true;
        else breakAfter = true;
        continue;
      }
      if (smallest < 0 || value < values[smallest]!) smallest = point;
      if (largest < 0 || value > values[largest]!) largest = point;
    }
    if (breakBefore) draw(smallest < 0 ? timeS[point - 1]! : bucket * bucketS, null);
    if (smallest >= 0) {
      const earlier = Math.min(smallest, largest);
      const later = Math.max(smallest, largest);
      draw(timeS[earlier]!, (values[earlier]! - origin) * scale);
      if (later > earlier) draw(timeS[later]!, (values[later]! - origin) * scale);
    }
    if (breakAfter) draw(timeS[point - 1]!, null);
  }
  return drawn;
}
