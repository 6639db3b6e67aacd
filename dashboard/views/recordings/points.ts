import type { RecordingWindow, WindowTrace } from '#protocol/recordings.ts';
import { type PositionColumn, SIGMA_OF, type TraceColumn } from '#protocol/trace-columns.ts';
import type { Band, Polyline } from '../../plots/decimate-trace.ts';
import { pointsBefore } from '../../store/trace-ring.ts';

/** Frames without a point that are a gap, not a line. */
const GAP_FRAMES = 5;

/**
 * The line of a column from `fromS` to `toS`: through every point, or up and down between the smallest and the largest
 * value of each bucket. Broken where the bead was lost, and where frames are missing.
 */
export function fillLine(
  into: Polyline,
  { timeS, least, most }: WindowTrace,
  column: TraceColumn,
  { fromS, toS, gapS }: { fromS: number; toS: number; gapS: number },
): void {
  into.length = 0;
  const low = least[column];
  if (!low) return;
  const high = most?.[column];
  // One point beyond on either side: the line leads out of the plot.
  const first = Math.max(0, pointsBefore(timeS, fromS) - 1);
  const end = Math.min(timeS.length, pointsBefore(timeS, toS) + 1);
  for (let point = first; point < end; point++) {
    const atS = timeS[point]!;
    if (point > first && atS - timeS[point - 1]! > gapS) into.push(atS, Number.NaN);
    into.push(atS, low[point]!);
    if (high) into.push(atS, high[point]!);
  }
}

/**
 * The band of a standard deviation about a column of the position, broken as its line; empty where the plan did not fit.
 * A bucket tells the largest deviation and not whose it is: its band reaches at least as far as those of its points.
 */
export function fillBand(
  into: Band,
  { timeS, least, most }: WindowTrace,
  column: PositionColumn,
  { fromS, toS, gapS }: { fromS: number; toS: number; gapS: number },
): void {
  into.length = 0;
  const sigmas = (most ?? least)[SIGMA_OF[column]];
  const low = least[column];
  if (!sigmas || !low) return;
  const high = most?.[column] ?? low;
  const first = Math.max(0, pointsBefore(timeS, fromS) - 1);
  const end = Math.min(timeS.length, pointsBefore(timeS, toS) + 1);
  for (let point = first; point < end; point++) {
    const atS = timeS[point]!;
    if (point > first && atS - timeS[point - 1]! > gapS) into.push(atS, Number.NaN, Number.NaN);
    // Also NaN where it is not known: the band breaks, the line does not.
    const [below, above] = [low[point]! - sigmas[point]!, high[point]! + sigmas[point]!];
    into.push(atS, below, Number.isNaN(below) ? Number.NaN : above);
  }
}

/** A pause that is no line, s; none where only a part of the file was read. */
export function gapS({ bucketS, readEvery }: RecordingWindow, fps: number): number {
  if (readEvery > 1) return Number.POSITIVE_INFINITY;
  return Math.max(GAP_FRAMES / fps, 1.5 * bucketS);
}

/** Numbers of a bead at a moment; of a bucket the smallest and largest. */
export interface PointReading {
  timeS: number;
  status: number;
  least(column: TraceColumn): number;
  most(column: TraceColumn): number;
}

/** The newest point of a bead that is not after a moment, or null. */
export function readingAt({ timeS, least, most, status }: WindowTrace, atS: number): PointReading | null {
  const point = pointsBefore(timeS, atS + 1e-9) - 1;
  if (point < 0) return null;
  return {
    timeS: timeS[point]!,
    status: status[point]!,
    least: (column) => least[column]?.[point] ?? Number.NaN,
    most: (column) => (most ?? least)[column]?.[point] ?? Number.NaN,
  };
}

/** First x or y that there is of a bead, px; null where there is none. */
export function firstFinite(values: Float64Array): number | null {
  return values.find((value) => !Number.isNaN(value)) ?? null;
}
