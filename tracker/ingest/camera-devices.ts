import type { HelloMessage, TrackerMessage } from '#protocol/camera-link.ts';
import { CameraControls } from './camera-controls.ts';
import { CameraFocus } from './camera-focus.ts';
import { type CameraMotor, CameraMotors } from './camera-motor.ts';

/** Who is told of the devices of a camera. */
export interface DeviceWatchers {
  /** The focus stage that came with the camera, or null when it is gone. */
  onFocusStage?(stage: CameraFocus | null): void;
  /** The motors that came with the camera; none when they are gone. */
  onMotors?(motors: readonly CameraMotor[]): void;
  /** What can be changed of the camera, when it has come or changed; null when nothing can, or it is gone. */
  onControls?(controls: CameraControls | null): void;
}

/** What the adapter of an open link can be asked besides frames: its focus stage, its motors and its settings. */
export class CameraDevices {
  readonly #watchers: DeviceWatchers;
  readonly #focus: CameraFocus | null;
  readonly #motors: CameraMotors;
  readonly #controls: CameraControls | null;

  constructor(hello: HelloMessage, send: (message: TrackerMessage) => void, watchers: DeviceWatchers) {
    this.#watchers = watchers;
    this.#focus = hello.focusStage ? new CameraFocus(focusFacts(hello.focusStage), send) : null;
    this.#motors = new CameraMotors((hello.motors ?? []).map(motorFacts), send);
    this.#controls = CameraControls.of(hello, send);
    if (this.#focus) watchers.onFocusStage?.(this.#focus);
    if (this.#motors.list.length > 0) watchers.onMotors?.(this.#motors.list);
    watchers.onControls?.(this.#controls);
  }

  /**
   * Takes an answer of the adapter, or what it tells unasked.
   * @returns whether the camera says that it takes no frames
   * @throws {ProtocolError} when it is none
   */
  answered(type: 'focus' | 'motor' | 'camera', raw: Record<string, unknown>): { paused: boolean } {
    if (type === 'focus') this.#focus?.answered(raw);
    else if (type === 'motor') this.#motors.answered(raw);
    else {
      const changed = this.#controls?.answered(raw);
      this.#watchers.onControls?.(this.#controls);
      return { paused: changed?.acquiring === false };
    }
    return { paused: false };
  }

  /** The link is gone, and what came with it. */
  lost(): void {
    this.#focus?.lost();
    this.#motors.lost();
    this.#controls?.lost();
    if (this.#focus) this.#watchers.onFocusStage?.(null);
    if (this.#motors.list.length > 0) this.#watchers.onMotors?.([]);
    this.#watchers.onControls?.(null);
  }
}

function focusFacts({ speedNmPerS, ...facts }: NonNullable<HelloMessage['focusStage']>) {
  return { ...facts, ...(speedNmPerS && { speedNmPerS }) };
}

function motorFacts({ motor, name, from, to, speed }: NonNullable<HelloMessage['motors']>[number]) {
  return { motor, name, from, to, ...(speed && { speed }) };
}
