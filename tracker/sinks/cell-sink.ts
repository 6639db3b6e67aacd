import type { CellColumn } from '#protocol/calcium-live.ts';

/** The course of a cell around an event, told once its last frame is there. */
export interface CellWaveform {
  cell: number;
  /** Frame of the event. */
  frame: number;
  /** Place of the event in `dff`. */
  at: number;
  /** [frame] fraction; NaN where a frame is missing. */
  dff: Float32Array;
}

/** Cells of a few frames, in frame order; valid only during the call that hands them over. */
export interface MeasuredCells {
  /** [frame] the run's frame number, camera time, ns since 1970, and host times of its arrival and of its measures. */
  frames: readonly { id: number; timeNs: bigint; receivedNs: bigint; measuredNs: bigint }[];
  /** [cell] numbers, ascending. */
  cells: Uint16Array;
  /** [frame, cell]; NaN where it is not known (yet). */
  columns: Record<CellColumn, Float32Array>;
  /** [frame, cell] 1 where an event is found. */
  events: Uint8Array;
  waveforms: readonly CellWaveform[];
}

/** Where the traces of cells go. As a sink of tracks it returns at once and throws nothing. */
export interface CellSink {
  measured(batch: MeasuredCells): void;
  /** Frames that came while cells were measured but were not: `firstFrame` to `lastFrame`, both included. */
  skipped(firstFrame: number, lastFrame: number): void;
}
