import type { TraceHistory } from '#protocol/live.ts';
import { type TraceColumns, tailSince } from './trace-ring.ts';

/** Longest time shown of which every point is drawn where the page has got them; more is drawn in buckets. */
export const FULL_RATE_S = 120;

/** What was before the page looked: three points a bucket, a NaN where frames are missing. */
export interface PastTrace extends TraceColumns {
  /** s of the newest frame in it. */
  untilS: number;
}

/** What is drawn: the past in buckets, then every point. */
export interface ShownTrace {
  past: TraceColumns;
  recent: TraceColumns;
  /** Every point the page has of the time shown. */
  atFullRate: TraceColumns;
  fromS: number;
}

const EMPTY: PastTrace = {
  timeS: new Float64Array(),
  xPx: new Float64Array(),
  yPx: new Float64Array(),
  zNm: new Float64Array(),
  untilS: Number.NEGATIVE_INFINITY,
};

/**
 * Lines through the smallest, largest and last values of each bucket.
 * @param gapS a pause that is longer breaks the lines
 */
export function pastTrace(history: TraceHistory, gapS: number): PastTrace {
  const { timeS: startS, bucketS, untilS } = history;
  const gaps = startS.filter((_, at) => isGap(startS, at, bucketS + gapS)).length;
  const points = 3 * startS.length + gaps;
  const [timeS, xPx, yPx, zNm] = Array.from({ length: 4 }, () => new Float64Array(points).fill(Number.NaN));
  let point = 0;
  for (const [at, start] of startS.entries()) {
    if (isGap(startS, at, bucketS + gapS)) timeS![point++] = start;
    for (const [third, extreme] of (['min', 'max', 'last'] as const).entries()) {
      // The newest bucket is not full: its points lie before those that follow.
      timeS![point] = Math.min(start + (third * bucketS) / 3, untilS);
      xPx![point] = history[`${extreme}XPx`][at]!;
      yPx![point] = history[`${extreme}YPx`][at]!;
      zNm![point] = history[`${extreme}ZNm`][at]!;
      point++;
    }
  }
  return { timeS: timeS!, xPx: xPx!, yPx: yPx!, zNm: zNm!, untilS };
}

/** The last `windowS` of a trace, of which the page has every point only since it looks. */
export function shownTrace(points: TraceColumns, past: PastTrace | null, windowS: number): ShownTrace {
  const before = past ?? EMPTY;
  const newestS = points.timeS.at(-1) ?? before.untilS;
  const oldestS = Math.min(points.timeS[0] ?? newestS, before.timeS[0] ?? newestS);
  const fromS = Math.max(oldestS, newestS - windowS);
  const atFullRate = tailSince(points, fromS);
  // A hair beyond: the newest point of the past is in its last bucket already.
  const recent = windowS > FULL_RATE_S ? tailSince(points, before.untilS + 1e-9) : atFullRate;
  const untilS = windowS > FULL_RATE_S ? before.untilS : (points.timeS[0] ?? Number.POSITIVE_INFINITY);
  return { past: headUntil(tailSince(before, fromS), untilS), recent, atFullRate, fromS };
}

function isGap(startS: Float64Array, at: number, longestS: number): boolean {
  return at > 0 && startS[at]! - startS[at - 1]! > longestS;
}

/** The points up to `untilS`, as views. */
function headUntil(columns: TraceColumns, untilS: number): TraceColumns {
  const after = columns.timeS.length - tailSince(columns, untilS + 1e-9).timeS.length;
  const { timeS, xPx, yPx, zNm } = columns;
  return {
    timeS: timeS.subarray(0, after),
    xPx: xPx.subarray(0, after),
    yPx: yPx.subarray(0, after),
    zNm: zNm.subarray(0, after),
  };
}
