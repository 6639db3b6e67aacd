import type { RecordingError } from '#protocol/errors.ts';
import type { FateCounts } from '#protocol/frame-fate.ts';
import type { LatencySummaries } from '#sinks/latency.ts';
import type { PositionSource } from '#sinks/position-source.ts';
import type { FileAccess } from './append-file.ts';
import type { CellRecorderStats } from './cell-recorder.ts';

export interface RecorderOptions {
  /** Record into a folder that exists, over the run in it. */
  force?: boolean;
  /** Longest time a row waits before it is handed to the disk, ms. */
  flushMs?: number;
  /** Time between syncs: what a power cut can cost, ms. */
  syncMs?: number;
  /** Rows that wait at most before a flush of their own. */
  blockRows?: number;
  /** Encoded bytes that wait for the disk at most, for each of the files. */
  queueLimitBytes?: number;
  /** Told once for each spell of trouble: a disk that fails or cannot keep up. Tracking goes on. */
  onAlarm?: (alarm: RecordingError) => void;
  /** Where motors were, beyond what cameras send; nothing when left out. */
  positions?: PositionSource | undefined;
  openFile?: (path: string) => Promise<FileAccess>;
  /** Where the time of the frames went, for `run.json` at the end. */
  latency?: () => LatencySummaries;
}

/** How the recording is doing. */
export interface RecorderStats {
  /** Rows in the file. */
  rowsWritten: number;
  /** Rows not yet in the file. */
  rowsWaiting: number;
  /** Rows that will never be in the file. */
  rowsLost: number;
  bytesWritten: number;
  /** Frames since the start by fate. */
  frames: FateCounts;
  cells: CellRecorderStats;
}
