import type { NewestPoints } from '#protocol/live.ts';
import { TRACE_COLUMNS, type TraceColumn } from '#protocol/trace-columns.ts';

const NOISES = ['noiseXPx', 'noiseYPx', 'noiseZNm'] as const;

/** Newest point of one bead; what a fit tells is NaN where the plan does not fit. */
export type NewestPoint = Record<TraceColumn | (typeof NOISES)[number], number> & {
  /** Bits of `TRACK_STATUS`. */
  status: number;
};

/** The points of the columns, by bead. */
export function pointsByBead(columns: NewestPoints): Map<number, NewestPoint> {
  const points = new Map<number, NewestPoint>();
  for (const [at, bead] of columns.beads.entries()) {
    const point = { status: columns.status[at]! } as NewestPoint;
    for (const name of TRACE_COLUMNS) point[name] = columns[name]?.[at] ?? Number.NaN;
    for (const name of NOISES) point[name] = columns[name][at]!;
    points.set(bead, point);
  }
  return points;
}
