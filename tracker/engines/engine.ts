import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { FrameLayout } from '#protocol/frame-layout.ts';
import type { Roi } from '#protocol/roi.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { Plan } from '#stages/plan.ts';

/** Who computes, as status, recordings and benches name it. */
export interface EngineFacts {
  engine: 'reference' | 'wasm' | 'gpu';
  /** CPU or adapter name. */
  device: string;
  /** A software adapter: right, but slow; never chosen by itself. */
  fallback: boolean;
}

/** Everything an engine must know before the first frame; structured-cloneable. */
export interface EngineSetup {
  plan: Plan;
  width: number;
  height: number;
  pixelFormat: PixelFormat;
  /** What a frame holds; whole frames when left out. */
  layout?: FrameLayout;
  rois: Roi[];
  /** Distinct Z-LUTs in use. */
  zLuts: ZLut[];
  /** [bead] index into `zLuts`, -1 for a bead without one; same order as `rois`. */
  zLutOfBead: number[];
  /** Whether results carry the radial profiles. */
  profiles: boolean;
}

/**
 * Tracks frames. All engines give the same numbers: `reference` defines them.
 *
 * Calls are not concurrent: the worker that owns an engine awaits each one. `configure` comes before the
 * first `track` and again whenever ROIs, Z-LUTs or the plan change. A bead that cannot be tracked is NaN
 * with a status bit and leaves its neighbors untouched; `track` throws only when the device is lost.
 */
export interface Engine {
  readonly facts: EngineFacts;
  configure(setup: EngineSetup): Promise<void>;
  /**
   * Moves the ROIs, and nothing else: far cheaper than `configure`, since nothing is bound or compiled anew.
   * @param rois those of the setup, of the same size and in the same order, somewhere inside the frame
   */
  moveRois(rois: readonly Roi[]): Promise<void>;
  /**
   * @param frames bytes of each frame as the setup lays it out, little-endian, as the camera sent them
   * @param into table of `frames.length` frames and one bead per ROI, filled in place
   */
  track(frames: readonly ArrayBufferLike[], into: TrackTable): Promise<void>;
  close(): Promise<void>;
}
