import type { FrameLayout } from '#protocol/frame-layout.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
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

/** Work of a device by its own clock, since it was opened; the way there and back is not part of it. */
export interface DeviceTime {
  /** ROIs tracked, one a bead and frame. */
  rois: number;
  us: number;
  /** Of the last submission alone. */
  lastUsPerRoi: number;
}

/**
 * Tracks frames. All engines give the same numbers: `reference` defines them.
 *
 * `configure` comes before the first `track` and again whenever ROIs, Z-LUTs or the plan change. Up to `tracksAtOnce`
 * calls of `track` may be under way; every other call is awaited before the next of any kind. Calls of `track` that
 * are under way when another setup or other ROIs come keep their own. A bead that cannot be tracked is NaN with a
 * status bit and leaves its neighbors untouched; `track` throws only when the device is lost.
 */
export interface Engine {
  readonly facts: EngineFacts;
  /** Calls of `track` that may be under way at a time; 1 when left out. */
  readonly tracksAtOnce?: number;
  configure(setup: EngineSetup): Promise<void>;
  /**
   * Moves the ROIs, and nothing else: far cheaper than `configure`, since nothing is bound or compiled anew.
   * @param rois those of the setup, of the same size and in the same order, somewhere inside the frame
   */
  moveRois(rois: readonly Roi[]): Promise<void>;
  /**
   * @param frames bytes of each frame as the setup lays it out, little-endian, as the camera sent them; a buffer may
   *   hold more, and is the engine's until the call settles
   * @param into table of `frames.length` frames and one bead per ROI, filled in place
   */
  track(frames: readonly ArrayBufferLike[], into: TrackTable): Promise<void>;
  /** @returns null where the device does not tell, or has not tracked yet */
  deviceTime?(): DeviceTime | null;
  /** Ends the engine once the calls under way have settled. */
  close(): Promise<void>;
}
