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
  | { type: 'track'; job: number; frames: ArrayBuffer[]; table: ArrayBuffer; beads: number; radii: number }
  | { type: 'close'; job: number };

/** Worker to host. A failed job hands its buffers back, so that none is lost. */
export type EngineReply =
  | { type: 'ready'; facts: EngineFacts }
  | { type: 'done'; job: number; frames: ArrayBuffer[]; table: ArrayBuffer | null }
  | {
      type: 'failed';
      job: number;
      code: string;
      message: string;
      frames: ArrayBuffer[];
      table: ArrayBuffer | null;
    };
