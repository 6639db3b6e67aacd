import type { CellMap } from './cell-map.ts';

/** What is told of a cell in every frame. */
export const CELL_COLUMNS = ['counts', 'neuropil', 'baseline', 'dff', 'noise', 'rate'] as const;

export type CellColumn = (typeof CELL_COLUMNS)[number];

/** Ring around a cell in which the light between the cells is measured. */
export interface NeuropilRing {
  /** px */
  width: number;
  /** px between the cell and its ring */
  gap: number;
  /** How much of it lies over the cell. */
  share: number;
}

/** Calcium traces as they are set; sent when any of it changes, and in the snapshot. */
export interface CalciumState {
  /** Whether cells are measured in the frames that come. */
  on: boolean;
  /** Null before the first camera. */
  map: CellMap | null;
  /** Null where the light around cells is not subtracted. */
  neuropil: NeuropilRing | null;
  /** Stages in the order they run. */
  stages: string[];
  /** File in which the cells are kept for the next start, or null. */
  savedAs: string | null;
}

/** How it is doing, with every status. */
export interface CalciumStatus {
  /** Frames measured; left out because the thread fell behind; under way. */
  measured: number;
  skipped: number;
  waiting: number;
  /** Events since the start. */
  events: number;
  /** Of the last frames, in the thread; NaN before the first. */
  usPerFrame: number;
  /** Frames in the projections. */
  projected: number;
}

export interface CalciumStateMessage {
  type: 'calcium';
  calcium: CalciumState;
}

/** Cells that one dashboard may watch at a time. */
export const MAX_WATCHED_CELLS = 16;

/** Frames of one watched cell since the last message, oldest first. */
export interface CellTrace {
  cell: number;
  /** [frame] s since the first frame of the run, camera time. */
  timeS: Float64Array;
  /** [frame] counts less neuropil. */
  counts: Float32Array;
  /** [frame] fraction. */
  dff: Float32Array;
  /** [frame] events a second by deconvolution. */
  rate: Float32Array;
  /** [event] s */
  eventS: Float64Array;
}

/** About 20 times a second to those who watch cells, if only an empty list of them. */
export interface CellTracesMessage {
  type: 'cell-traces';
  /** In the order they were asked for. */
  traces: CellTrace[];
  /** Newest frame of every cell. */
  newest: {
    timeS: number;
    /** [cell] numbers, ascending; same order in all columns. */
    cells: Uint16Array;
    dff: Float32Array;
    baseline: Float32Array;
    /** Standardized, % / sqrt(Hz). */
    noise: Float32Array;
    rate: Float32Array;
    /** Events since the start. */
    events: Uint32Array;
  };
}

/** The near past of a cell, once, when somebody begins to watch it; frames of `cell-traces` follow it without a hole. */
interface CellHistoryMessage extends CellTrace {
  type: 'cell-history';
}

/** Events at once as they are found, to everybody who watches cells: the trigger. */
export interface CellEventsMessage {
  type: 'cell-events';
  /** [event] */
  cells: Uint16Array;
  /** Frame in which it was found. */
  frames: Float64Array;
  timeS: Float64Array;
  /** Of that frame. */
  dff: Float32Array;
}

/** What light is added up over time. */
export const LIVE_PROJECTIONS = ['mean', 'std', 'max'] as const;

export type LiveProjection = (typeof LIVE_PROJECTIONS)[number];

/** Answer to `calcium-projection`: the frames since the last start of the projections. */
export interface ProjectionMessage {
  type: 'calcium-projection';
  kind: LiveProjection;
  /** Frames in it. */
  frames: number;
  width: number;
  height: number;
  /** Counts of pixel values 0 and 65535. */
  low: number;
  high: number;
  /** [row, column] */
  pixels: Uint16Array;
}

/** Answer to `find-cells`: nothing is changed yet. */
export interface CellsFoundMessage {
  type: 'cells-found';
  map: CellMap;
  /** Counts of the projection above which pixels were taken. */
  threshold: number;
}

export type CalciumMessage =
  | CalciumStateMessage
  | CellTracesMessage
  | CellHistoryMessage
  | CellEventsMessage
  | ProjectionMessage
  | CellsFoundMessage;
