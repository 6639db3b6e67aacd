/** What every plan finds of a bead: x and y in px of the full frame, z in nm, and the score; NaN where there is none. */
const TRACK_COLUMNS = ['xPx', 'yPx', 'zNm', 'score'] as const;

/** What a plan that fits tells besides, by the photons of the image: standard deviations, and chi-squared, 1 for a good fit. */
const FIT_COLUMNS = ['sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const;

/** Columns of the position, of which the past is kept. */
export const POSITION_COLUMNS = ['xPx', 'yPx', 'zNm'] as const satisfies readonly TrackColumn[];

/** All columns of a trace but its times, in one order everywhere. */
export const TRACE_COLUMNS = [...TRACK_COLUMNS, ...FIT_COLUMNS] as const;

type TrackColumn = (typeof TRACK_COLUMNS)[number];
type FitColumn = (typeof FIT_COLUMNS)[number];
export type PositionColumn = (typeof POSITION_COLUMNS)[number];
export type TraceColumn = (typeof TRACE_COLUMNS)[number];

/** Standard deviation of each column of the position. */
export const SIGMA_OF = {
  xPx: 'sigmaXPx',
  yPx: 'sigmaYPx',
  zNm: 'sigmaZNm',
} as const satisfies Record<PositionColumn, FitColumn>;

/** Columns of equal length; those of a fit are left out where the plan does not fit. */
export type PointColumns = Record<TrackColumn, Float64Array> & Partial<Record<FitColumn, Float64Array>>;

/** Points of one bead, oldest first. */
export type Trace = PointColumns & {
  /** [point] s since the first frame of the run, never decreasing. */
  timeS: Float64Array;
};

/** Names of the columns of a trace. */
export function traceColumns(fits: boolean): readonly TraceColumn[] {
  return fits ? TRACE_COLUMNS : TRACK_COLUMNS;
}

/** A trace whose columns, times among them, come from a function of their name. */
export function makeTrace(
  fits: boolean,
  column: (name: TraceColumn | 'timeS') => Float64Array<ArrayBuffer>,
): Trace {
  const names = ['timeS', ...traceColumns(fits)] as const;
  return Object.fromEntries(names.map((name) => [name, column(name)])) as Trace;
}
