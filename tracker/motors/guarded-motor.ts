import { DeviceError, LimitError } from '#protocol/errors.ts';
import type { Motor, MotorPosition } from '#protocol/motor.ts';
import { type Clock, unlessAborted } from './clock.ts';

/** What the settings allow of a motor, in its unit. */
export interface MotorLimits {
  /** Ends of the range it may be moved in; its own when left out. */
  from?: number | undefined;
  to?: number | undefined;
  /** For a move to arrive and settle, ms. */
  moveTimeoutMs: number;
  /** How far from its target it may settle. */
  tolerance: number;
}

/** How a motor is spoken of, and what its moves fail with that somebody ended. */
export interface MotorWords {
  /** e.g. `focus stage simulated`. */
  where: string;
  unit: string;
  /** Section of the settings, and the keys of its limits there. */
  section: string;
  limitKeys: readonly [string, string];
  /** What widens the limits safely, e.g. `if the objective has the room`. */
  caution: string;
  halted(why: 'stopped' | 'replaced'): Error;
}

export interface GuardedMotorStatus {
  from: number;
  to: number;
  /** Last position read; NaN before the first. */
  at: number;
  settled: boolean;
  target: number | null;
  error: string | null;
}

const POLL_MS = 20;
/** A reading that fails may be a disturbance of the line; so many in a row are not. */
const MISREADINGS = 3;

/** A motor within limits: no move leaves them or lasts for ever, and a stop comes before everything. */
export class GuardedMotor {
  readonly motor: Pick<Motor, 'move' | 'position' | 'stop'>;
  readonly from: number;
  readonly to: number;
  readonly #limits: MotorLimits;
  readonly #words: MotorWords;
  readonly #clock: Clock;
  #move: AbortController | null = null;
  #target: number | null = null;
  #last: MotorPosition | null = null;
  #error: string | null = null;
  #reading = false;

  /**
   * @param range ends of the range of the motor itself
   * @throws {LimitError} when the settings leave nothing of it
   */
  constructor(
    motor: Pick<Motor, 'move' | 'position' | 'stop'>,
    range: { from: number; to: number },
    limits: MotorLimits,
    words: MotorWords,
    clock: Clock,
  ) {
    this.motor = motor;
    this.#limits = limits;
    this.#words = words;
    this.#clock = clock;
    this.from = Math.max(range.from, limits.from ?? Number.NEGATIVE_INFINITY);
    this.to = Math.min(range.to, limits.to ?? Number.POSITIVE_INFINITY);
    if (this.from < this.to) return;
    const { limitKeys, section, unit, where } = words;
    throw new LimitError({
      where: `${section}.${limitKeys.join(', ')}`,
      expected: `a part of ${range.from} to ${range.to} ${unit}, the range of ${where}`,
      received: `${limits.from ?? '-'} to ${limits.to ?? '-'}`,
    });
  }

  get status(): GuardedMotorStatus {
    const { from, to } = this;
    const { at = Number.NaN, settled = false } = this.#last ?? {};
    const moves = this.#target !== null;
    return { from, to, at, settled: settled && !moves, target: this.#target, error: this.#error };
  }

  /** @throws {LimitError} when a position is outside the limits */
  assertInside(position: number): void {
    const { from, to } = this;
    if (position >= from && position <= to) return;
    const { caution, limitKeys, section, unit, where } = this.#words;
    throw new LimitError({
      where,
      expected: `a position from ${from} to ${to} ${unit}`,
      received: `${position} ${unit}`,
      remedy: `stay inside, or set ${section}.${limitKeys.join(' and ')} ${caution}`,
    });
  }

  /**
   * Moves and waits until the motor has settled; a move under way is given up for it.
   * @throws {LimitError} when the target is outside the limits: nothing moves
   * @throws {DeviceError} when it does not answer, or does not arrive in time: it is told to stop
   * @throws what `halted` makes when somebody stopped it, or the reason of `signal`: motion has ended
   */
  async moveTo(target: number, signal?: AbortSignal): Promise<MotorPosition> {
    this.assertInside(target);
    this.#move?.abort(this.#words.halted('replaced'));
    const own = new AbortController();
    this.#move = own;
    this.#target = target;
    const either = signal ? AbortSignal.any([own.signal, signal]) : own.signal;
    try {
      await unlessAborted(this.motor.move(target), either);
      return await this.#settle(target, either);
    } catch (cause) {
      // One that was stopped or replaced is no more this move's to stop.
      if (!own.signal.aborted) await this.motor.stop().catch(() => {});
      if (cause instanceof DeviceError) this.#error = cause.message;
      throw cause;
    } finally {
      if (this.#move === own) {
        this.#move = null;
        this.#target = null;
      }
    }
  }

  /** Ends all motion at once, whatever else is under way; the move under way fails. */
  async stop(): Promise<void> {
    this.#move?.abort(this.#words.halted('stopped'));
    await this.motor.stop();
    // Where it came to rest only the next reading tells.
    if (this.#last) this.#last = { ...this.#last, settled: false };
  }

  /** Where it is. */
  async position(): Promise<MotorPosition> {
    this.#last = await this.motor.position();
    this.#error = null;
    return this.#last;
  }

  /** Reads the position for those who look on, unless it is being read already. */
  refresh(): void {
    if (this.#reading || this.#move) return;
    this.#reading = true;
    this.position()
      .catch((cause: Error) => {
        this.#error = cause.message;
      })
      .finally(() => {
        this.#reading = false;
      });
  }

  async #settle(target: number, signal: AbortSignal): Promise<MotorPosition> {
    const { moveTimeoutMs, tolerance } = this.#limits;
    const untilMs = this.#clock.nowMs() + moveTimeoutMs;
    for (let misreadings = 0; ; ) {
      try {
        const position = await unlessAborted(this.position(), signal);
        misreadings = 0;
        if (position.settled && Math.abs(position.at - target) <= tolerance) return position;
      } catch (cause) {
        signal.throwIfAborted();
        if (++misreadings >= MISREADINGS) throw cause;
      }
      if (this.#clock.nowMs() >= untilMs) throw this.#late(target);
      await this.#clock.sleep(POLL_MS, signal);
    }
  }

  #late(target: number): DeviceError {
    const { section, unit, where } = this.#words;
    const { at = Number.NaN, settled = false } = this.#last ?? {};
    return new DeviceError({
      where,
      expected: `it settled at ${target} ${unit} within ${this.#limits.moveTimeoutMs} ms`,
      received: `${settled ? 'settled' : 'still moving'} at ${at} ${unit}`,
      remedy: `is it blocked, or ${section}.moveTimeoutMs too short?`,
    });
  }
}
