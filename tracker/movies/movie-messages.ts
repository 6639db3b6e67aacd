import type { FrameShape } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { FilmOrder } from './film-order.ts';

/** What the thread is started with. */
export interface MovieWorkerStart {
  /** Module that the boot loads. */
  entry: string;
}

/** Host to thread, done in the order asked. Memory is shared once and named by its number from then on. */
export type MovieRequest =
  | { type: 'share'; memory: number; buffer: SharedArrayBuffer }
  | { type: 'forget'; memory: number }
  /** Shape of whole frames to come. */
  | { type: 'camera'; shape: FrameShape }
  /** ROIs of frames to come; null where pages are whole frames. */
  | { type: 'rois'; rois: readonly Roi[] | null }
  /** Frames from now on are written as this, or, with null, no more. */
  | { type: 'film'; order: FilmOrder | null; lost: number }
  /** Frames from now on are kept for so long. */
  | { type: 'keep'; lastS: number; mostBytes: number }
  /** What is kept is to be written; frames go on being kept. */
  | { type: 'save'; order: FilmOrder }
  | FrameRequest
  | { type: 'close' };

/** A frame that is to be written or kept. */
export interface FrameRequest {
  type: 'frame';
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
  memory: number;
  byteOffset: number;
  bytes: number;
  /** Whether the bytes are the whole frame, or the ROIs that were told last, one after the other. */
  isWhole: boolean;
  lostBefore: number;
}

/** Thread to host. */
export type MovieReply =
  /** The frame that has waited for longest is read and was, or was not, written or kept. */
  | { type: 'settled'; done: boolean }
  /** Of the film now. */
  | { type: 'film'; file: string | null; bytes: number }
  /** Of what is kept; `saving` frames are still to be written, or null. */
  | {
      type: 'kept';
      frames: number;
      seconds: number;
      bytes: number;
      saving: number | null;
      file: string | null;
    }
  /** What was kept is in a file. */
  | { type: 'saved'; file: string; frames: number; bytes: number }
  /** The disk does not take what it should; told once for a spell. */
  | { type: 'trouble'; where: string; text: string };
