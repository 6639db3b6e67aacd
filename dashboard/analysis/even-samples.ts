/** Samples at an even rate; NaN where frames are missing. */
export interface EvenSamples {
  /** By the time stamps; NaN for fewer than two samples. */
  rateHz: number;
  values: Float64Array;
}

/**
 * Samples of a trace by its time stamps, which may tremble. A pause of any length becomes one NaN: what is made of
 * stretches without one needs no more.
 * @param timeS [point] s, never decreasing
 * @param values [point] NaN where there is none
 */
export function evenSamples(timeS: Float64Array, values: Float64Array): EvenSamples {
  const stepS = medianStep(timeS);
  if (!(stepS > 0)) return { rateHz: Number.NaN, values: new Float64Array(0) };
  const even = new Float64Array(2 * values.length);
  let length = 0;
  let steps = 0;
  let spanS = 0;
  for (let point = 0; point < timeS.length; point++) {
    const passedS = point > 0 ? timeS[point]! - timeS[point - 1]! : stepS;
    const passed = Math.round(passedS / stepS);
    // A break of the trace has the time of the point before it.
    if (passed === 0 && Number.isNaN(values[point]!)) continue;
    if (passed > 1) even[length++] = Number.NaN;
    else if (point > 0) {
      steps++;
      spanS += passedS;
    }
    even[length++] = values[point]!;
  }
  return { rateHz: steps > 0 ? steps / spanS : Number.NaN, values: even.subarray(0, length) };
}

/** Steps that are looked at for the usual one. */
const LOOKED_AT = 2000;

/** Median time from point to point of the newest, breaks left out. */
function medianStep(timeS: Float64Array): number {
  const newest = timeS.subarray(-LOOKED_AT - 1);
  const steps = newest
    .subarray(1)
    .map((time, at) => time - newest[at]!)
    .filter((step) => step > 0)
    .sort();
  return steps[steps.length >> 1] ?? Number.NaN;
}
