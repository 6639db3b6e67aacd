/** Last part of the path `/recordings/NAME/calcium-redo?smooth=0.3&cells=1,2,3`. */
export const CALCIUM_REDO_PART = 'calcium-redo';

/** Cells that one answer may hold. */
export const MAX_REDONE_CELLS = 16;

/** Values of one answer at most, cells times frames. */
export const MAX_REDONE_VALUES = 4_000_000;

/** Smoothing of the rise before events are sought, s, unless somebody says otherwise: finds them on time. */
export const REDO_SMOOTH_S = 0.3;

/** dF/F of a cell, one way of making it. */
export interface CellDeltaF {
  /** [frame] fraction; NaN where the frame is missing, the cell was not measured, or its baseline is not known. */
  dff: Float32Array;
  /** [event] index of the frame within `timeS`, ascending; offline it may be one of a missing frame. */
  events: Uint32Array;
}

interface RedoneCell {
  cell: number;
  /** As it was while frames came. */
  live: CellDeltaF;
  /** The same counts after the fact, with all of them known. */
  offline: CellDeltaF;
  /** Pearson's, of both over the frames that have both; NaN for fewer than two, 0 where one does not change. */
  correlation: number;
}

/** Answer to `GET /recordings/NAME/calcium-redo`, as MessagePack; also of a run under way, up to now. */
export interface CalciumRedo {
  /** Frames a second that the filters took. */
  fps: number;
  /** Standard deviation of the smoothing of the rise before events are sought, s. */
  smoothS: number;
  /** Every cell of the recording, ascending; only those asked for have traces. */
  cells: number[];
  /** Frames with cells; that came but were left out because the thread fell behind; and that the disk did not take. */
  measured: number;
  skipped: number;
  lost: number;
  /** [frame] s since the first frame with cells, every frame number up to the last; of a missing one between its neighbors. */
  timeS: Float64Array;
  /** In the order they were asked for; none for cells that are not in the recording. */
  traces: RedoneCell[];
}
