import type { CameraSetting, SettingValue } from '#protocol/camera-controls.ts';
import type { CameraFacts } from '#protocol/camera-facts.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import type { Motor, MotorPositions } from '#protocol/motor.ts';

/** One frame on its way to the tracker. */
export interface CameraFrame {
  /** The camera's own frame number, rising, or going round as its facts say; a missing number is a lost frame. */
  id: number;
  /** Time of exposure, ns since 1970. */
  timeNs: bigint;
  /** Pixels [row, column], little-endian, as the hello announced; may be reused once the next frame is asked for. */
  pixels: Uint8Array;
  /** Simulated cameras only: true position of every bead, [bead, (xPx, yPx, zNm)], full-frame px and nm. */
  truth?: Float64Array;
  /** Where motors were during the exposure, as far as the camera knows. */
  positions?: MotorPositions;
}

/** What of a camera can be changed while it runs. */
export interface CameraControls {
  /** All settings as they are now. */
  settings(): readonly CameraSetting[];
  /**
   * Changes a setting between two frames; resolves once the next frame will have it.
   * @throws {DeviceError} saying why not
   */
  set(name: string, value: SettingValue): Promise<void>;
  /** Whether frames are taken; absent for a camera that cannot stop and go on. */
  readonly acquiring?: boolean;
  /** Stops between two frames, or goes on. Numbers that pass meanwhile are nobody's frames: nothing was exposed. */
  acquire?(on: boolean): Promise<void>;
}

/**
 * A source of frames. One adapter a file; `run.ts` carries its frames to the tracker.
 *
 * `open` comes first and once; then `frames` is read until it ends or `signal` aborts; then `close`, always.
 * A camera that cannot go on throws a `DeviceError`; one that runs out of frames returns.
 */
export interface CameraAdapter {
  open(): Promise<CameraFacts>;
  /** Yields frames at the camera's own pace. */
  frames(signal: AbortSignal): AsyncIterable<CameraFrame>;
  close(): Promise<void>;
  /** The focus stage that goes with the camera, whose time is that of the frames; the tracker may move it while frames come. */
  readonly focusStage?: FocusStage | undefined;
  /** Motors that go with the camera, in the same time, each of another kind. */
  readonly motors?: readonly Motor[] | undefined;
  /** What people may change from their dashboards while it runs; nothing when absent. */
  readonly controls?: CameraControls | undefined;
}
