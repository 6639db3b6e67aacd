import type { EvenSamples } from './even-samples.ts';

/** Allan deviation against averaging time. */
export interface AllanDeviation {
  /** [tau] s, each twice the one before. */
  tauS: Float64Array;
  /** [tau] unit of the samples. */
  deviation: Float64Array;
}

/** Places within a span at which it is looked at: more say hardly more, and take the longest of all. */
const PLACES_A_SPAN = 16;
/** Averages are at most this share of the samples: fewer than two independent differences would say nothing. */
const LONGEST_SHARE = 1 / 3;

/**
 * Overlapping Allan deviation of positions: the standard deviation, over sqrt(2), of the difference between the means of
 * two spans of tau, one after the other, at places that overlap. Those with a missing sample are left out.
 *
 * White noise falls as tau^(-1/2); drift and slow motion rise.
 * Source: Allan, Proc. IEEE 54 (1966) 221; for positions Czerwinski, Richardson and Oddershede, Opt. Express 17 (2009) 13255.
 */
export function allanDeviation({ rateHz, values }: EvenSamples): AllanDeviation {
  const { sums, missing } = runningSums(values);
  const tauS: number[] = [];
  const deviation: number[] = [];
  for (let span = 1; span <= values.length * LONGEST_SHARE; span *= 2) {
    let squares = 0;
    let places = 0;
    const step = Math.max(1, Math.floor(span / PLACES_A_SPAN));
    for (let start = 0; start + 2 * span <= values.length; start += step) {
      if (missing[start + 2 * span] !== missing[start]) continue;
      const difference = sums[start + 2 * span]! - 2 * sums[start + span]! + sums[start]!;
      squares += difference * difference;
      places++;
    }
    if (places === 0) break;
    tauS.push(span / rateHz);
    deviation.push(Math.sqrt(squares / places / 2) / span);
  }
  return { tauS: Float64Array.from(tauS), deviation: Float64Array.from(deviation) };
}

/** Sums, and numbers of missing samples, before each sample; about the first value, so that no digits are lost. */
function runningSums(values: Float64Array): { sums: Float64Array; missing: Int32Array } {
  const sums = new Float64Array(values.length + 1);
  const missing = new Int32Array(values.length + 1);
  const origin = values.find(Number.isFinite) ?? 0;
  for (let at = 0; at < values.length; at++) {
    const isMissing = Number.isNaN(values[at]!);
    sums[at + 1] = sums[at]! + (isMissing ? 0 : values[at]! - origin);
    missing[at + 1] = missing[at]! + (isMissing ? 1 : 0);
  }
  return { sums, missing };
}
