import type { CellsFoundMessage, LiveProjection, ProjectionMessage } from '#protocol/calcium-live.ts';
import type { CellWaveform } from '#sinks/cell-sink.ts';
import type { CalciumSetup, CellSearch } from './calcium-host.ts';

/** What the thread is started with. */
export interface CalciumWorkerStart {
  /** Module that the boot loads. */
  entry: string;
  /** Host time of `process.hrtime` 0, ns since 1970: threads begin to count at different times, but share that clock. */
  originNs: bigint;
}

/** Host to thread, done in the order asked. Memory is shared once and named by its number from then on. */
export type CalciumRequest =
  | { type: 'share'; memory: number; buffer: SharedArrayBuffer }
  | { type: 'forget'; memory: number }
  | { type: 'configure'; setup: CalciumSetup }
  | { type: 'frame'; id: number; timeNs: bigint; memory: number; byteOffset: number }
  | { type: 'reset-projections' }
  | { type: 'project'; job: number; kind: LiveProjection }
  | { type: 'find-cells'; job: number; search: CellSearch }
  | { type: 'close' };

/** Frames that were measured with one setting, oldest first. */
export interface MeasuredReply {
  type: 'measured';
  /** [frame] host time. */
  measuredNs: BigInt64Array;
  /** [column, frame, cell], columns in the order of `CELL_COLUMNS`. */
  values: Float32Array;
  /** [frame, cell] */
  events: Uint8Array;
  waveforms: CellWaveform[];
  /** All of them together, in the thread. */
  us: number;
  /** Frames in the projections. */
  projected: number;
}

/** Why something was not done; classes do not survive the way between threads. */
export interface Refusal {
  code: string;
  message: string;
}

/** Thread to host. */
export type CalciumReply =
  | MeasuredReply
  /** The setting that came last cannot be measured with. */
  | ({ type: 'refused' } & Refusal)
  /** The next so many frames came while there was no setting to measure them with. */
  | { type: 'unmeasured'; frames: number }
  | { type: 'answered'; job: number; answer: ProjectionMessage | CellsFoundMessage }
  | ({ type: 'not-answered'; job: number } & Refusal);
