import type { MotorPositions } from '#protocol/motor.ts';
import type { TrackedFrame } from './track-sink.ts';

/** Where motors were while a frame was exposed. */
export interface PositionSource {
  of(frame: TrackedFrame): MotorPositions;
  /** Whether what `of` says will stay: it may wait for a reading that comes after the frame. */
  isKnown(frame: TrackedFrame, nowNs: bigint): boolean;
}
