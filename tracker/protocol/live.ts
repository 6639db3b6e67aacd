import type { ProposalsMessage } from './bead-proposal.ts';
import type { CalciumMessage, CalciumState, CalciumStatus } from './calcium-live.ts';
import type { ControlRequest } from './control-request.ts';
import type { LatencyBudgetStatus } from './latency-step.ts';
import { packLive, unpackLive } from './live-wire.ts';
import type { MotorStatus, MotorsMessage } from './motor.ts';
import type { MotorTraceMessage } from './motor-trace.ts';
import type { AlarmsMessage, PeopleMessage } from './people.ts';
import type { PreviewMessage, TilesMessage } from './picture-request.ts';
import type { PipelineMessage, PlanCheckMessage, PlanTrialMessage } from './pipeline-message.ts';
import type { PlacedMessage } from './place-beads.ts';
import type { RefusalCounts } from './refusal.ts';
import type { Roi } from './roi.ts';
import type { Role } from './role.ts';
import type { RunState, RunStateMessage } from './run-state.ts';
import type { CalibrationMessage, CalibrationStatus, SweepPlaneMessage } from './sweep.ts';
import type { PointColumns, PositionColumn, Trace } from './trace-columns.ts';

/** Version of the messages between tracker and dashboard; the snapshot carries it. */
export const LIVE_VERSION = 7;

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
  /** What the one who is told may do; operator when left out. */
  role?: Role;
  camera: LiveCamera | null;
  beads: LiveBead[];
  /** ROI size a click adds, px. */
  roiSize: number;
  engine: { engine: string; device: string; why: string };
  pipeline: string[];
  /** Whether the pipeline fits a model: traces then say how far off their numbers may be. */
  fits: boolean;
  /** Folder of the running recording, or null. */
  recording: string | null;
  /** Absent where nobody can act on camera and recording. */
  run?: RunState;
  /** Absent where nobody calibrates. */
  calibration?: CalibrationStatus;
  /** Planes of the sweep so far, as far as 4 MiB go, the newest rather. */
  sweepPlanes?: SweepPlaneMessage[];
  /** Absent where nobody moves any. */
  motors?: MotorStatus[];
  /** Absent where nobody measures cells. */
  calcium?: CalciumState;
}

interface CameraMessage {
  type: 'camera';
  camera: LiveCamera | null;
}

interface BeadsMessage {
  type: 'beads';
  beads: LiveBead[];
}

/** Beads that one dashboard may watch at a time. */
export const MAX_WATCHED_BEADS = 16;

/** Every frame of one watched bead since the last message. */
export type BeadTrace = Trace & { bead: number };

/** [bead] newest point of every bead, same order in all columns. */
export type NewestPoints = PointColumns & {
  beads: Uint32Array;
  /** Bits of `TRACK_STATUS`. */
  status: Uint16Array;
  /** Noise from frame to frame over about the last 100, as a standard deviation; NaN before the second. */
  noiseXPx: Float64Array;
  noiseYPx: Float64Array;
  noiseZNm: Float64Array;
};

/** Tracks since the last message, about 20 times a second. */
export interface TracksMessage {
  type: 'tracks';
  /** One for each watched bead, in the order it was asked for. */
  traces: BeadTrace[];
  newest: NewestPoints;
}

type PositionColumns = Record<PositionColumn, Float64Array>;

/** The near past of one bead in buckets of time, oldest first; NaN where the bead was lost throughout. */
export interface TraceHistory {
  bead: number;
  /** s of a bucket. */
  bucketS: number;
  /** s since the first frame of the run, of the newest frame in it. */
  untilS: number;
  /** [bucket] s at which it begins; buckets without a frame are left out. */
  timeS: Float64Array;
  /** [bucket] smallest, largest and last value. */
  min: PositionColumns;
  max: PositionColumns;
  last: PositionColumns;
}

/** Sent for each bead that a dashboard begins to watch; the points of its traces may begin before its end. */
interface HistoryMessage extends TraceHistory {
  type: 'history';
}

/** Radial profile of a bead beside the plane of its Z-LUT that it is nearest to, about five times a second. */
export interface ProfileMessage {
  type: 'profile';
  bead: number;
  frame: number;
  zNm: number;
  /** What `radii` are: px, or numbers of bins where a profile is not one of distances. */
  unit: 'px' | 'bin';
  /** [radius] */
  radii: Float64Array;
  /** [radius] counts; NaN where a bin holds no pixel. */
  counts: Float64Array;
  /** Its nearest plane in the light of this frame, gain and offset fitted; null without Z-LUT or z. */
  plane: { zNm: number; counts: Float64Array } | null;
}

/** One of several cameras of a tracker, each with beads, pipeline and recording of its own. */
export interface ListedCamera {
  /** As the settings name it; empty for the one without a name. */
  name: string;
  /** Whether this dashboard is of it. */
  isHere: boolean;
  /** What the camera calls itself; null before the first has come. */
  camera: string | null;
  connected: boolean;
  isRecording: boolean;
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
  /** Absent where there is only one. */
  cameras?: ListedCamera[];
  run?: RunState;
  /** Absent where nobody calibrates. */
  calibration?: CalibrationStatus;
  /** Absent where nobody moves any. */
  motors?: MotorStatus[];
  /** Absent where nobody measures cells. */
  calcium?: CalciumStatus;
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
  | ProfileMessage
  | StatusMessage
  | PreviewMessage
  | TilesMessage
  | EventMessage
  | CalibrationMessage
  | SweepPlaneMessage
  | ProposalsMessage
  | PlacedMessage
  | PipelineMessage
  | PlanCheckMessage
  | PlanTrialMessage
  | RunStateMessage
  | PeopleMessage
  | AlarmsMessage
  | CalciumMessage
  | MotorsMessage
  | MotorTraceMessage
  | ReplyMessage;

/** Bytes of a message in either direction. */
export function encodeLive(message: LiveMessage | ControlRequest): Uint8Array {
  return packLive(message);
}

/** A message of the tracker, trusted by the dashboard it serves. */
export function decodeLive(bytes: Uint8Array): LiveMessage {
  return unpackLive(bytes) as LiveMessage;
}
