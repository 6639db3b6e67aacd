import type { Clock } from '#motors/clock.ts';
import { ProtocolError } from '#protocol/errors.ts';
import type { EventMessage } from '#protocol/live.ts';
import { describeShape, type FrameShape } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { SweepPlaneMessage } from '#protocol/sweep.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { BuiltSweep } from './build-in-child.ts';
import type { GuardedFocus } from './guarded-focus.ts';

/** The camera a sweep is taken with. */
export interface SweepCamera extends FrameShape {
  camera: string;
  pixelSizeNm?: number | null | undefined;
}

/** What a sweep needs of the tracker it runs in. */
export interface SweepSurroundings {
  /** Folder that the folders of sweeps are made in. */
  folder: string;
  clock: Clock;
  /** The camera that is connected, or null. */
  camera(): SweepCamera | null;
  /** The focus stage that can be moved now, or null. */
  focus(): GuardedFocus | null;
  /** ROIs of all beads now. */
  rois(): readonly Roi[];
  /** Builds the Z-LUTs of a sweep that is taken, off this thread. */
  build(path: string, signal: AbortSignal): Promise<BuiltSweep>;
  /**
   * Tracks beads with these Z-LUTs from now on, by bead.
   * @throws {ZLutError} when one does not fit
   */
  assign(zLuts: ReadonlyMap<number, ZLut>): Promise<void>;
  /** Told of every change of the state. */
  changed(): void;
  /** Told of every plane. */
  plane(message: SweepPlaneMessage): void;
  event(level: EventMessage['level'], text: string): void;
}

/** @throws {ProtocolError} when a sweep was begun with frames of another shape */
export function assertSameCamera(
  sweep: string,
  { frame, strip }: { frame: Pick<FrameShape, 'width' | 'height'>; strip: Pick<FrameShape, 'pixelFormat'> },
  camera: SweepCamera,
): void {
  const began = describeShape({ ...frame, pixelFormat: strip.pixelFormat });
  const now = describeShape(camera);
  if (began === now) return;
  throw new ProtocolError({ where: `sweep ${sweep}`, expected: `a camera of ${began}`, received: now });
}
