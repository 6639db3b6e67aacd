import type { Roi } from '#protocol/roi.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import type { DeviceTime, EngineFacts, EngineSetup } from './engine.ts';

/** Room for the pixels of one frame in memory that the threads of an engine share. */
export interface FrameRoom {
  /**
   * Little-endian bytes of the frame as the setup lays it out, aligned to 8; filled once, before `track`. Other threads
   * may read its buffer, too, while somebody holds the room; it is far larger than a frame with some engines.
   */
  readonly pixels: Uint8Array<SharedArrayBuffer>;
}

/**
 * An engine as the pipeline sees it: off the main thread, with its own ring of frames and of tables.
 *
 * Calls may overlap and are done in the order asked: a setup holds for every batch after it. A thread that throws or
 * dies is replaced and its frames are tracked again; only a second failure on the same frames rejects.
 */
export interface EngineHost {
  readonly facts: EngineFacts;
  /** Threads that compute. */
  readonly threads: number;
  /** Batches it can work on at a time; more would only wait. */
  readonly batches: number;
  /** Threads that died and were replaced so far. */
  readonly restarts: number;
  /** Work of the device by its own clock, where it tells. */
  deviceTime(): DeviceTime | null;
  configure(setup: EngineSetup): Promise<void>;
  /** ROIs of the same beads and sizes at other places, for every batch after it. */
  moveRois(rois: readonly Roi[]): Promise<void>;
  /** Room for a frame of so many bytes: a free one of the ring, a new one only while the ring grows to its working size. */
  takeRoom(bytes: number): FrameRoom;
  /**
   * One more holder of a room, before it is tracked: it goes back to the ring when all have handed it back.
   * @throws {RangeError} when nobody holds it any more
   */
  holdRoom(room: FrameRoom): void;
  /** Hands back a room that was held, or that of a frame that will not be tracked. */
  returnRoom(room: FrameRoom): void;
  /**
   * Tracks frames; their rooms are the engine's from here on, which hands them back once, whatever happens.
   * @returns columns [frame, bead], to be handed back with `returnTable`
   * @throws {DeviceError} when the engine failed on the same frames twice, or cannot be opened again
   */
  track(rooms: readonly FrameRoom[]): Promise<TrackTable>;
  /** Takes a table back, once nobody reads it any more. */
  returnTable(table: TrackTable): void;
  /** Ends the threads once what was asked for is done. */
  close(): Promise<void>;
}
