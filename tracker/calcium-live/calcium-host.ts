import type { CellStep } from '#calcium-stages/plan.ts';
import type { FrameRoom } from '#engines/engine-host.ts';
import type {
  CellsFoundMessage,
  LiveProjection,
  NeuropilRing,
  ProjectionMessage,
} from '#protocol/calcium-live.ts';
import type { CellMap } from '#protocol/cell-map.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';

/** Everything the thread must know before the first frame. */
export interface CalciumSetup {
  width: number;
  height: number;
  pixelFormat: PixelFormat;
  /** Frames a second, above 0. */
  fps: number;
  steps: readonly CellStep[];
  map: CellMap;
  neuropil: NeuropilRing | null;
}

/** A whole frame whose room is held for the thread, too, until it is measured. */
export interface FrameToMeasure {
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
  room: FrameRoom;
}

export interface CalciumHostOptions {
  /** Frames under way at most; one more is skipped. */
  mostWaiting: number;
  /** Gives back a room that was held for the thread. */
  release(room: FrameRoom): void;
  onMeasured(batch: MeasuredCells): void;
  /** Frames that are not measured: too many under way, or no thread or no setting to measure them with. */
  onSkipped(firstFrame: number, lastFrame: number): void;
  /**
   * A setting is refused (`CalciumError`): its frames are skipped. Or the thread died (`DeviceError`), told once for a
   * spell of deaths: all that it remembered is gone, and the next frame starts another, after a rest where the last one
   * measured nothing.
   */
  onTrouble(error: Error): void;
}

/** How cells are to be found in a projection. */
export interface CellSearch {
  kind: LiveProjection;
  method: 'absolute' | 'percentile' | 'sigma';
  value: number;
  leastPixels: number;
  /** Pixels that are looked at neither for cells nor for the threshold; none when left out. */
  leftOut?: readonly PixelSquare[];
}

/** Pixels of a frame, which may reach beyond it. */
export interface PixelSquare {
  left: number;
  top: number;
  size: number;
}

/**
 * The thread that measures cells, as the tracker sees it; it never holds up a frame of the beads.
 *
 * Frames are told of in the order they were pushed, measured or skipped; every room is released once.
 */
export interface CalciumHost {
  readonly measured: number;
  readonly skipped: number;
  readonly waiting: number;
  /** Of the last frames, in the thread; NaN before the first. */
  readonly usPerFrame: number;
  readonly projected: number;
  /** Setting of every frame pushed from now on; what the stages remember begins anew, but for the projections of frames of the same size. */
  configure(setup: CalciumSetup): void;
  /** A frame of the size set last, its room held for the thread; one before the first setting is skipped, or too short. */
  push(frame: FrameToMeasure): void;
  resetProjections(): void;
  /**
   * @throws {CalciumError} when no frame is there
   * @throws {DeviceError} when there is no thread
   */
  project(kind: LiveProjection): Promise<ProjectionMessage>;
  /**
   * @throws {CalciumError} when nothing is above the threshold, or no frame is there
   * @throws {DeviceError} when there is no thread
   */
  findCells(search: CellSearch): Promise<CellsFoundMessage>;
  /** Measures what was pushed, then ends the thread. */
  close(): Promise<void>;
}
