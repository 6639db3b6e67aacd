import { hostClock } from '#motors/clock.ts';
import { FramePositions } from '#motors/frame-positions.ts';
import { GuardedMotor } from '#motors/guarded-motor.ts';
import { DeviceError, TweezertrackError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import type { EventMessage, SnapshotMessage } from '#protocol/live.ts';
import { MOTORS, type Motor, type MotorKind } from '#protocol/motor.ts';
import type { MotorControlRequest } from '#protocol/motor-request.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import type { Config } from '../config.ts';
import { MOTOR_SECTIONS } from '../settings/motor-settings.ts';

export interface LiveMotorsOptions {
  config: Config;
  /** The motors of the settings, which go before those of the camera. */
  motors?: readonly Motor[] | undefined;
  hub: Pick<LiveHub, 'announce'>;
  event(level: EventMessage['level'], text: string): void;
}

/** Readings of a motor that nobody moves, ms apart. */
const POLL_MS = 250;

/** A move that somebody ended. */
class Halted extends Error {}

interface InUse {
  motor: Motor;
  guard: GuardedMotor;
}

/** The motors of a tracker: moved within limits, read all the time, and known for every frame; the focus stage is read, too. */
export class LiveMotors {
  /** Where motors and focus stage were while a frame was exposed. */
  readonly positions = new FramePositions();
  readonly #options: LiveMotorsOptions;
  readonly #inUse = new Map<MotorKind, InUse>();
  #focus: { stage: FocusStage; readAtMs: number } | null = null;
  readonly #timer: NodeJS.Timeout;
  #told = '';

  constructor(options: LiveMotorsOptions) {
    this.#options = options;
    for (const motor of options.motors ?? []) this.#use(motor);
    this.#timer = setInterval(() => this.#tick(), POLL_MS);
    this.#timer.unref();
  }

  /** The motors of a camera that came; none when it left. */
  useCameraMotors(motors: readonly Motor[]): void {
    for (const [kind, { motor }] of this.#inUse) {
      if (this.#options.motors?.includes(motor)) continue;
      this.#inUse.delete(kind);
      this.positions.gone(MOTORS[kind].column);
    }
    for (const motor of motors) if (!this.#inUse.has(motor.facts.motor)) this.#use(motor);
    this.#tell();
  }

  /** The same focus stage, whose every reading counts for the frames; without one there are none. */
  watchFocus(stage: FocusStage | null): FocusStage | null {
    this.#focus = null;
    this.positions.gone('focusZNm');
    if (!stage) return null;
    const track = this.positions.use('focusZNm', stage.clock);
    const focus = { stage, readAtMs: Number.NEGATIVE_INFINITY };
    const watched: FocusStage = {
      facts: stage.facts,
      clock: stage.clock,
      move: (zNm) => stage.move(zNm),
      async position() {
        focus.readAtMs = performance.now();
        const position = await stage.position();
        track.note(position.zNm, position.atNs);
        return position;
      },
      stop: () => stage.stop(),
      close: () => stage.close(),
    };
    this.#focus = focus;
    focus.stage = watched;
    return watched;
  }

  /**
   * Starts a move, or ends all motion of a motor at once.
   * @throws {LimitError} when a target is outside the limits
   * @throws {DeviceError} when there is no such motor, or it does not take a stop
   */
  async control(request: MotorControlRequest): Promise<void> {
    const { guard } = this.#motorNow(request.motor);
    if (request.type === 'motor-stop') {
      await guard.stop();
      this.#tell();
      return;
    }
    guard.assertInside(request.to);
    guard
      .moveTo(request.to)
      .catch((cause: Error) => {
        if (!(cause instanceof Halted)) this.#options.event('error', cause.message);
      })
      .finally(() => this.#tell());
    this.#tell();
  }

  /** What status and snapshot say. */
  get status(): Required<Pick<SnapshotMessage, 'motors'>> {
    const motors = [...this.#inUse].map(([kind, { motor, guard }]) => {
      return { motor: kind, name: motor.facts.name, ...guard.status };
    });
    return { motors };
  }

  /** Ends all motion: nobody could any more. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    for (const { guard } of this.#inUse.values()) {
      if (guard.status.target !== null) await guard.stop().catch(() => {});
    }
    for (const motor of this.#options.motors ?? []) await motor.close();
  }

  #use(motor: Motor): void {
    const { motor: kind, name } = motor.facts;
    const section = MOTOR_SECTIONS[kind];
    const { from, to, moveTimeoutMs, tolerance } = this.#options.config[section];
    const track = this.positions.use(MOTORS[kind].column, motor.clock);
    const read = {
      move: (target: number) => motor.move(target),
      async position() {
        const position = await motor.position();
        track.note(position.at, position.atNs);
        return position;
      },
      stop: () => motor.stop(),
    };
    const words = {
      ...{ where: `${kind} ${name}`, unit: MOTORS[kind].unit, section },
      ...{ limitKeys: ['from', 'to'] as const, caution: 'if nothing is in the way' },
      halted: (why: string) => new Halted(why),
    };
    try {
      const limits = { from, to, moveTimeoutMs, tolerance };
      const guard = new GuardedMotor(read, motor.facts, limits, words, hostClock);
      this.#inUse.set(kind, { motor, guard });
      guard.refresh();
    } catch (cause) {
      this.positions.gone(MOTORS[kind].column);
      if (!(cause instanceof TweezertrackError)) throw cause;
      // Not at once: whoever makes this takes no events yet.
      queueMicrotask(() => this.#options.event('error', `${cause.code} ${cause.message}`));
    }
  }

  #tick(): void {
    for (const { guard } of this.#inUse.values()) guard.refresh();
    // In sweeps and moves others read it more often.
    if (this.#focus && performance.now() - this.#focus.readAtMs >= POLL_MS / 2) {
      this.#focus.stage.position().catch(() => {});
    }
    this.#tell();
  }

  #tell(): void {
    const { status } = this;
    const now = JSON.stringify(status);
    if (now === this.#told || (this.#told === '' && status.motors.length === 0)) return;
    this.#told = now;
    this.#options.hub.announce({ type: 'motors', ...status });
  }

  #motorNow(kind: MotorKind): InUse {
    const inUse = this.#inUse.get(kind);
    if (inUse) return inUse;
    const expected = `one that came with the camera, or that ${MOTOR_SECTIONS[kind]} names`;
    throw new DeviceError({ where: kind, expected, received: 'none' });
  }
}
