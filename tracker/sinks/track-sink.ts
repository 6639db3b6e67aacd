import type { FrameFate } from '#protocol/frame-fate.ts';
import type { MotorPositions } from '#protocol/motor.ts';
import type { Roi } from '#protocol/roi.ts';
import type { TrackTable } from '#protocol/track-table.ts';

/** When a frame was exposed, received, submitted and tracked. */
export interface TrackedFrame {
  /** The camera's own frame number, unwrapped. */
  id: number;
  /** Camera time of the exposure, ns since 1970. */
  timeNs: bigint;
  /** Host time at which the frame arrived, ns since 1970. */
  receivedNs: bigint;
  /** Host time at which it went to the engine, ns since 1970. */
  submittedNs: bigint;
  /** Host time at which its tracks arrived, ns since 1970. */
  trackedNs: bigint;
  /** Where motors were, as the camera sent it; null or absent where it said nothing. */
  positions?: MotorPositions | null;
}

/** Tracks of a few frames, in frame order; valid only during the call that hands them over. */
export interface TrackedFrames {
  /** [frame] */
  frames: readonly TrackedFrame[];
  /** [bead] the ROIs these frames were tracked with. */
  rois: readonly Roi[];
  /** Columns [frame, bead]. */
  table: TrackTable;
}

/** Frames that have no tracks: `firstFrame` to `lastFrame`, both included. */
export interface FrameGap {
  firstFrame: number;
  lastFrame: number;
  fate: FrameFate;
  /** The fate these frames were said to have before; this one takes its place. */
  was?: FrameFate;
  /** Host time at which the gap was noticed, ns since 1970. */
  atNs: bigint;
}

/**
 * Where tracks go: a recording, a dashboard, a file.
 *
 * Batches come in frame order. A sink of a live run returns at once and throws nothing: what it cannot take it counts and
 * reports. A sink of a command that waits for its output may block, and throws a `RecordingError`.
 */
export interface TrackSink {
  tracked(batch: TrackedFrames): void;
  gap?(gap: FrameGap): void;
  close(): Promise<void>;
}
