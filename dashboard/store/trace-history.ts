import type { TraceHistory } from '#protocol/live.ts';
import { POSITION_COLUMNS, type PositionColumn, type Trace } from '#protocol/trace-columns.ts';
import { pointsBefore, sliceTrace } from './trace-ring.ts';

/** Longest time shown of which every point is drawn where the page has got them; more is drawn in buckets. */
export const FULL_RATE_S = 120;

/** Points of a bead before the page looked, of its position only. */
export type PastPoints = Record<PositionColumn | 'timeS', Float64Array>;

/** What was before the page looked. */
export interface PastTrace {
  /** s of the newest frame in it. */
  untilS: number;
  /** Three points a bucket, a NaN where frames are missing. */
  points: PastPoints;
  /** The buckets it was made of. */
  history: TraceHistory;
}

/** What is drawn of one bead: the past in buckets, then every point. */
export interface ShownTrace {
  past: PastPoints;
  recent: Trace;
  /** Every point the page has of the time shown. */
  atFullRate: Trace;
  /** Whether no line leads from the past to the points. */
  isTorn: boolean;
}

const EXTREMES = ['min', 'max', 'last'] as const;
const NO_PAST = createPast(0);

/**
 * Lines through the smallest, largest and last values of each bucket.
 * @param gapS a pause that is longer breaks the lines
 */
export function pastTrace(history: TraceHistory, gapS: number): PastTrace {
  return { untilS: history.untilS, history, points: linesThrough(history, gapS, EXTREMES) };
}

/**
 * Past of a bead less the mean of its references: the last values of its buckets, since only those are of one frame.
 * A bucket that a reference lacks is left out; NaN where one of them was lost. Without references they are as they are.
 */
export function relativePast(past: PastTrace, references: readonly PastTrace[], gapS: number): PastPoints {
  const { history } = past;
  const rowOf = references.map(
    ({ history: { timeS } }) => new Map(Array.from(timeS, (time, row) => [time, row])),
  );
  const rows = [...history.timeS.keys()].filter((row) =>
    rowOf.every((rows) => rows.has(history.timeS[row]!)),
  );
  const last = {} as Record<PositionColumn, Float64Array>;
  for (const name of POSITION_COLUMNS) {
    last[name] = Float64Array.from(rows, (row) => {
      let sum = 0;
      for (const [at, { history: other }] of references.entries()) {
        sum += other.last[name][rowOf[at]!.get(history.timeS[row]!)!]!;
      }
      return history.last[name][row]! - sum / Math.max(1, references.length);
    });
  }
  const timeS = Float64Array.from(rows, (row) => history.timeS[row]!);
  return linesThrough({ ...history, timeS, last }, gapS, ['last']);
}

/** The span from `fromS` to `toS` of a bead, of which the page has every point only since it looks. */
export function shownTrace(
  points: Trace,
  past: PastPoints | null,
  { fromS, toS, gapS, inBuckets }: { fromS: number; toS: number; gapS: number; inBuckets: boolean },
): ShownTrace {
  const before = past ?? NO_PAST;
  const spanOf = <Some extends PastPoints>(columns: Some, beginS: number, endS: number) =>
    sliceTrace(columns, pointsBefore(columns.timeS, beginS), pointsBefore(columns.timeS, endS));
  // A hair beyond: a point that lies on the end is within.
  const endS = toS + 1e-9;
  const atFullRate = spanOf(points, fromS, endS);
  const newestPastS = before.timeS.at(-1) ?? Number.NEGATIVE_INFINITY;
  const recent = inBuckets ? spanOf(points, Math.max(fromS, newestPastS + 1e-9), endS) : atFullRate;
  const pastEndS = inBuckets ? endS : Math.min(endS, (points.timeS[0] ?? Number.POSITIVE_INFINITY) + 1e-9);
  const drawnPast = spanOf(before, fromS, pastEndS);
  const isTorn = (recent.timeS[0] ?? 0) - (drawnPast.timeS.at(-1) ?? 0) > gapS;
  return { past: drawnPast, recent, atFullRate, isTorn };
}

function linesThrough(
  history: TraceHistory,
  gapS: number,
  extremes: readonly (typeof EXTREMES)[number][],
): PastPoints {
  const { timeS: startS, bucketS, untilS } = history;
  const isGap = (at: number) => at > 0 && startS[at]! - startS[at - 1]! > bucketS + gapS;
  const gaps = startS.filter((_, at) => isGap(at)).length;
  const past = createPast(extremes.length * startS.length + gaps);
  let point = 0;
  for (const [at, start] of startS.entries()) {
    if (isGap(at)) past.timeS[point++] = start;
    for (const extreme of extremes) {
      // The newest bucket is not full: its points lie before those that follow.
      past.timeS[point] = Math.min(start + (EXTREMES.indexOf(extreme) * bucketS) / 3, untilS);
      for (const name of POSITION_COLUMNS) past[name][point] = history[extreme][name][at]!;
      point++;
    }
  }
  return past;
}

function createPast(points: number): PastPoints {
  const column = () => new Float64Array(points).fill(Number.NaN);
  const past = { timeS: column() } as PastPoints;
  for (const name of POSITION_COLUMNS) past[name] = column();
  return past;
}
