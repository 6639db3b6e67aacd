import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import type { RedoQuery } from '#protocol/calcium-redo-query.ts';
import type { MotorColumn } from '#protocol/motor.ts';
import type { WindowQuery } from '#protocol/recording-window-query.ts';
import type { RecordingWindow } from '#protocol/recordings.ts';

/** What the thread that reads recordings is asked for, all of one file or folder of a run. */
export type RecordingTask =
  | { type: 'extent'; path: string }
  | { type: 'window'; path: string; query: WindowQuery }
  /** The next part of a CSV; the first request of a new `stream` opens it. */
  | { type: 'csv-part'; path: string; of: RowKind; stream: number }
  | { type: 'csv-end'; stream: number }
  /** Bytes of a `cells.arrows` up to the end of its last whole batch. */
  | { type: 'cell-bytes'; path: string }
  | { type: 'redo'; folder: string; query: RedoQuery }
  /** A file of tracks for other programs. */
  | { type: 'export'; folder: string; to: string; isMagScope: boolean };

/** What has rows in a run, and files of its own. */
export type RowKind = 'tracks' | 'cells';

/** How far the rows of a recording reach. */
export interface RecordingExtent {
  firstNs: bigint;
  endS: number;
  rows: number;
  fits: boolean;
  /** Motors of which it is known where they were. */
  motors: MotorColumn[];
  /** Bytes up to the end of the last whole batch. */
  wholeBytes: number;
}

/** What each task gives. */
export interface RecordingResults {
  extent: RecordingExtent;
  window: RecordingWindow;
  /** null after the last part. */
  'csv-part': string | null;
  'csv-end': null;
  'cell-bytes': number;
  redo: CalciumRedo;
  /** Rows. */
  export: number;
}
