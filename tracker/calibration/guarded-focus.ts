import type { Clock } from '#motors/clock.ts';
import { GuardedMotor } from '#motors/guarded-motor.ts';
import type { FocusPosition, FocusStage } from '#protocol/focus-stage.ts';
import type { MotorPosition } from '#protocol/motor.ts';
import type { FocusStatus } from '#protocol/sweep.ts';
import { Halt } from './halt.ts';

/** What the settings allow of a focus stage. */
export interface FocusLimits {
  /** Ends of the range it may be moved in, nm; those of the stage when left out. */
  fromNm?: number | undefined;
  toNm?: number | undefined;
  /** For a move to arrive and settle, ms. */
  moveTimeoutMs: number;
  /** How far from its target a stage may settle, nm. */
  toleranceNm: number;
}

/** A focus stage within limits, as any motor: no move leaves them or lasts for ever, and a stop comes before everything. */
export class GuardedFocus {
  readonly stage: FocusStage;
  readonly #motor: GuardedMotor;

  /** @throws {LimitError} when the settings leave nothing of the range of the stage */
  constructor(stage: FocusStage, limits: FocusLimits, clock: Clock) {
    const { name, fromNm: from, toNm: to } = stage.facts;
    const { fromNm, toNm, moveTimeoutMs, toleranceNm: tolerance } = limits;
    this.stage = stage;
    this.#motor = new GuardedMotor(
      {
        move: (zNm) => stage.move(zNm),
        async position() {
          const { zNm: at, settled, atNs } = await stage.position();
          return { at, settled, atNs };
        },
        stop: () => stage.stop(),
      },
      { from, to },
      { from: fromNm, to: toNm, moveTimeoutMs, tolerance },
      {
        ...{ where: `focus stage ${name}`, unit: 'nm', section: 'focusStage', limitKeys: ['fromNm', 'toNm'] },
        caution: 'if the objective has the room',
        halted: (why) =>
          why === 'stopped'
            ? new Halt('focus-stop', 'the focus was stopped')
            : new Halt('stop', 'another move took its place'),
      },
      clock,
    );
  }

  get fromNm(): number {
    return this.#motor.from;
  }

  get toNm(): number {
    return this.#motor.to;
  }

  get status(): FocusStatus {
    const { from: fromNm, to: toNm, at: zNm, settled, target: targetNm, error } = this.#motor.status;
    return { name: this.stage.facts.name, fromNm, toNm, zNm, settled, targetNm, error };
  }

  /** @throws {LimitError} when a position is outside the limits */
  assertInside(zNm: number): void {
    this.#motor.assertInside(zNm);
  }

  /**
   * Moves and waits until the stage has settled; a move under way is given up for it.
   * @throws {LimitError} when the target is outside the limits: nothing moves
   * @throws {DeviceError} when it does not answer, or does not arrive in time: it is told to stop
   * @throws {Halt} when somebody stopped it, or the reason of `signal`: motion has ended
   */
  async moveTo(zNm: number, signal?: AbortSignal): Promise<FocusPosition> {
    return focusPosition(await this.#motor.moveTo(zNm, signal));
  }

  /** Ends all motion at once, whatever else is under way; the move under way fails. */
  stop(): Promise<void> {
    return this.#motor.stop();
  }

  /** Where it is. */
  async position(): Promise<FocusPosition> {
    return focusPosition(await this.#motor.position());
  }

  /** Reads the position for those who look on, unless it is being read already. */
  refresh(): void {
    this.#motor.refresh();
  }
}

function focusPosition({ at: zNm, settled, atNs }: MotorPosition): FocusPosition {
  return { zNm, settled, atNs };
}
