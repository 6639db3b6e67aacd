import type { CameraFacts } from './camera-facts.ts';
import type { FateCounts } from './frame-fate.ts';
import type { MotorColumn } from './motor.ts';
import type { MotorPoints } from './motor-trace.ts';
import type { PointColumns } from './trace-columns.ts';

/** Path of the list of recordings; what belongs to one lies below its name. */
export const RECORDINGS_PATH = '/recordings';

/** How it is with a recording. */
export const RECORDING_STATES = {
  ended: 'complete',
  recording: 'being written',
  incomplete: 'cut off: its tracks are whole up to where they end',
  unreadable: 'cannot be read',
} as const;

export type RecordingState = keyof typeof RECORDING_STATES;

/** What the list says of a run. */
export interface RecordingSummary {
  /** Of its folder. */
  name: string;
  state: RecordingState;
  /** Why it cannot be read; null where it can. */
  why: string | null;
  /** ISO 8601; null of an unreadable run, as all that its record would say. */
  startedAt: string | null;
  /** Up to its last change where it has not ended. */
  durationS: number | null;
  /** Frames by fate; null where nobody counted them, as in a run that was cut off. */
  frames: Partial<FateCounts> | null;
  /** Rows of its tracks; null where nobody counted them. */
  rows: number | null;
  /** Beads that had an ROI at any time. */
  beads: number | null;
  /** Most cells that were measured at a time; 0 where none was, null of an unreadable run. */
  cells: number | null;
  /** Of all files in its folder. */
  bytes: number;
  /** Name of the preset, or the stages. */
  pipeline: string | null;
  zLuts: string[];
  notes: string | null;
}

/** Answer to `GET /recordings`, the newest run first. */
export interface RecordingList {
  folder: string;
  /** Whether who asked may delete runs. */
  mayDelete: boolean;
  recordings: RecordingSummary[];
}

/** What a replay must know before it begins; answer to `GET /recordings/NAME`. */
export interface RecordingDetails {
  name: string;
  /** ns since 1970 of its first frame, as decimal digits; null without a row. */
  firstNs: string | null;
  /** s from its first to its last frame so far. */
  endS: number;
  rows: number;
  beads: number[];
  /** Whether its pipeline fits a model. */
  fits: boolean;
  /** Motors of which it is known where they were. */
  motors: MotorColumn[];
  camera: Pick<CameraFacts, 'camera' | 'fps'> & {
    /** nm per px; null when unknown. */
    pixelSizeNm: number | null;
  };
}

/** Points that a window may have of each bead. */
export const MAX_WINDOW_POINTS = 20_000;

/** One bead within a window, oldest point first. */
export interface WindowTrace {
  bead: number;
  /** [point] s since the first frame of the run; where points are buckets, when these begin. */
  timeS: Float64Array;
  /** Every value, or the smallest of each bucket; NaN where the bead was lost throughout. */
  least: PointColumns;
  /** The largest of each bucket; null where every point is sent. */
  most: PointColumns | null;
  /** [point] bits of `TRACK_STATUS`; of a bucket all that any of its points has. */
  status: Uint16Array;
}

/** Answer to `GET /recordings/NAME/window`, as MessagePack. */
export interface RecordingWindow {
  fromS: number;
  toS: number;
  /** s of a bucket; 0 where every point is sent. */
  bucketS: number;
  /** One of how many blocks of the file was read: a window of more than some 100 MB is only sampled. */
  readEvery: number;
  /** s from the first to the last frame by now. */
  endS: number;
  traces: WindowTrace[];
  /** Where motors were, a point for each bucket; none where that was not recorded. */
  motors: MotorPoints;
}
