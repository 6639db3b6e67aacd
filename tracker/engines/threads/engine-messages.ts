import type { Roi } from '#protocol/roi.ts';
import type { DeviceTime, EngineFacts, EngineSetup } from '../engine.ts';

export type EngineKind = EngineFacts['engine'];

/** What a worker thread is started with. */
export interface EngineWorkerStart {
  entry: string;
  kind: EngineKind;
}

/** Work for a thread, done in the order asked. */
export type EngineTask =
  | { type: 'configure'; setup: EngineSetup }
  | { type: 'move-rois'; rois: readonly Roi[] }
  /** Rooms and table by the numbers they were shared under. */
  | { type: 'track'; rooms: readonly number[]; table: number; beads: number; radii: number; fits: boolean }
  | { type: 'close' };

/** Host to worker. Memory is shared once and named by its number from then on. */
export type EngineRequest =
  | { type: 'share'; memory: number; buffer: SharedArrayBuffer }
  | { type: 'forget'; memory: number }
  | { type: 'task'; job: number; task: EngineTask };

/** Worker to host. */
export type EngineReply =
  | { type: 'ready'; facts: EngineFacts; tracksAtOnce: number }
  | { type: 'not-opened'; code: string; message: string }
  /** Something a person should know, e.g. that a device was lost and opened again. */
  | { type: 'notice'; text: string }
  | { type: 'done'; job: number; deviceTime: DeviceTime | null }
  | { type: 'failed'; job: number; code: string; message: string };
