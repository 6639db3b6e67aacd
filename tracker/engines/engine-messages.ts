import type { Roi } from '#protocol/roi.ts';
import type { EngineFacts, EngineSetup } from './engine.ts';

export type EngineKind = EngineFacts['engine'];

/** What a worker thread is started with. */
export interface EngineWorkerStart {
  entry: string;
  kind: EngineKind;
}

/** Host to worker. Buffers are transferred: the sender no longer owns them. */
export type EngineRequest =
  | { type: 'configure'; job: number; setup: EngineSetup }
  | { type: 'move-rois'; job: number; rois: readonly Roi[] }
  | { type: 'track'; job: number; frames: ArrayBuffer[]; table: ArrayBuffer; beads: number; radii: number }
  | { type: 'close'; job: number };

/** Worker to host. A failed job hands its buffers back, so that none is lost. */
export type EngineReply =
  | { type: 'ready'; facts: EngineFacts }
  /** Something a person should know, e.g. that a device was lost and opened again. */
  | { type: 'notice'; text: string }
  | { type: 'done'; job: number; frames: ArrayBuffer[]; table: ArrayBuffer | null }
  | {
      type: 'failed';
      job: number;
      code: string;
      message: string;
      frames: ArrayBuffer[];
      table: ArrayBuffer | null;
    };
