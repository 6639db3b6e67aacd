import type { ProposalsMessage } from './bead-proposal.ts';
import type { ControlRequest } from './control-request.ts';
import type { LatencyBudgetStatus } from './latency-step.ts';
import { packLive, unpackLive } from './live-wire.ts';
import type { RefusalCounts } from './refusal.ts';
import type { Roi } from './roi.ts';
import type { CalibrationMessage, CalibrationStatus, SweepPlaneMessage } from './sweep.ts';

/** Version of the messages between tracker and dashboard; the snapshot carries it. */
export const LIVE_VERSION = 2;

/** Path of the WebSocket endpoint for dashboards. */
export const LIVE_PATH = '/live';

/** The connected camera, or the last one while it is away. */
export interface LiveCamera {
  camera: string;
  connected: boolean;
  width: number;
  height: number;
  pixelFormat: string;
  fps: number;
  /** nm per px; NaN when unknown. */
  pixelSizeNm: number;
}

/** A bead as the dashboard lists it. */
export interface LiveBead extends Roi {
  /** Name of its Z-LUT, or null. */
  zLut: string | null;
}

/** State of the tracker at the moment a dashboard connects. */
export interface SnapshotMessage {
  type: 'snapshot';
  version: typeof LIVE_VERSION;
  camera: LiveCamera | null;
  beads: LiveBead[];
  /** ROI size a click adds, px. */
  roiSize: number;
  engine: { engine: string; device: string; why: string };
  pipeline: string[];
  /** Folder of the running recording, or null. */
  recording: string | null;
  /** Absent where nobody calibrates. */
  calibration?: CalibrationStatus;
  /** Planes of the sweep so far, as far as 4 MiB go, the newest rather. */
  sweepPlanes?: SweepPlaneMessage[];
}

interface CameraMessage {
  type: 'camera';
  camera: LiveCamera | null;
}

interface BeadsMessage {
  type: 'beads';
  beads: LiveBead[];
}

/** Tracks since the last message: every frame of the selected bead, the newest point of every bead. */
export interface TracksMessage {
  type: 'tracks';
  /** Bead the trace columns belong to, or null when none is selected. */
  selected: number | null;
  /** [point] s since the first frame of the run. */
  timeS: Float64Array;
  /** [point] px of the full frame. */
  xPx: Float64Array;
  yPx: Float64Array;
  zNm: Float64Array;
  /** [bead] newest point of every bead, same order in all columns. */
  beads: Uint32Array;
  newestXPx: Float64Array;
  newestYPx: Float64Array;
  newestZNm: Float64Array;
  newestScore: Float64Array;
  newestStatus: Uint16Array;
}

/** The near past of one bead in buckets of time, oldest first; NaN where the bead was lost throughout. */
export interface TraceHistory {
  bead: number;
  /** s of a bucket. */
  bucketS: number;
  /** s since the first frame of the run, of the newest frame in it. */
  untilS: number;
  /** [bucket] s at which it begins; buckets without a frame are left out. */
  timeS: Float64Array;
  /** [bucket] px of the full frame. */
  minXPx: Float64Array;
  maxXPx: Float64Array;
  lastXPx: Float64Array;
  minYPx: Float64Array;
  maxYPx: Float64Array;
  lastYPx: Float64Array;
  minZNm: Float64Array;
  maxZNm: Float64Array;
  lastZNm: Float64Array;
}

/** Sent to a dashboard that selects a bead, before the tracks that go on from there. */
interface HistoryMessage extends TraceHistory {
  type: 'history';
}

/** How the tracker is doing, about twice a second. */
export interface StatusMessage {
  type: 'status';
  /** Frames a second received and tracked over the last second. */
  receivedFps: number;
  trackedFps: number;
  /** What each step on the way of a frame took since the last status; NaN where there was none. */
  latency: LatencyBudgetStatus;
  /** Frames since the start, by fate; `offered` is their sum. */
  ledger: Record<string, number>;
  /** Rows written and rows waiting for the disk. */
  recorded: { rows: number; waiting: number };
  /** Peers and messages turned away since the start, by reason. */
  refusals: RefusalCounts;
  /** Absent where nobody calibrates. */
  calibration?: CalibrationStatus;
}

/** Live picture: 8-bit, binned by `step` in both directions, dropped first when a viewer is slow. */
export interface PreviewMessage {
  type: 'preview';
  frame: number;
  /** Size of this picture, px. */
  width: number;
  height: number;
  /** Full-frame px per picture px. */
  step: number;
  /** Counts shown as black and as white. */
  black: number;
  white: number;
  /** [row, column] 0-255. */
  pixels: Uint8Array;
}

export interface EventMessage {
  type: 'event';
  level: 'info' | 'warning' | 'error';
  timeMs: number;
  text: string;
}

/** Answer to the control request of this id. */
interface ReplyMessage {
  type: 'reply';
  id: number;
  error: string | null;
}

export type LiveMessage =
  | SnapshotMessage
  | CameraMessage
  | BeadsMessage
  | TracksMessage
  | HistoryMessage
  | StatusMessage
  | PreviewMessage
  | EventMessage
  | CalibrationMessage
  | SweepPlaneMessage
  | ProposalsMessage
  | ReplyMessage;

/** Bytes of a message in either direction. */
export function encodeLive(message: LiveMessage | ControlRequest): Uint8Array {
  return packLive(message);
}

/** A message of the tracker, trusted by the dashboard it serves. */
export function decodeLive(bytes: Uint8Array): LiveMessage {
  return unpackLive(bytes) as LiveMessage;
}
