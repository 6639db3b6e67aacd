import { DeviceError, LimitError } from '#protocol/errors.ts';
import type { FocusPosition, FocusStage } from '#protocol/focus-stage.ts';
import type { FocusStatus } from '#protocol/sweep.ts';
import { type Clock, unlessAborted } from './clock.ts';
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

const POLL_MS = 20;
/** A reading that fails may be a disturbance of the line; so many in a row are not. */
const MISREADINGS = 3;

/**
 * A focus stage within limits: no move leaves them or lasts for ever, and a stop comes before everything.
 */
export class GuardedFocus {
  readonly stage: FocusStage;
  readonly fromNm: number;
  readonly toNm: number;
  readonly #limits: FocusLimits;
  readonly #clock: Clock;
  #move: AbortController | null = null;
  #targetNm: number | null = null;
  #last: FocusPosition | null = null;
  #error: string | null = null;
  #reading = false;

  /** @throws {LimitError} when the settings leave nothing of the range of the stage */
  constructor(stage: FocusStage, limits: FocusLimits, clock: Clock) {
    const { facts } = stage;
    this.stage = stage;
    this.#limits = limits;
    this.#clock = clock;
    this.fromNm = Math.max(facts.fromNm, limits.fromNm ?? Number.NEGATIVE_INFINITY);
    this.toNm = Math.min(facts.toNm, limits.toNm ?? Number.POSITIVE_INFINITY);
    if (this.fromNm < this.toNm) return;
    throw new LimitError({
      where: 'focusStage.fromNm, toNm',
      expected: `a part of ${facts.fromNm} to ${facts.toNm} nm, the range of ${facts.name}`,
      received: `${limits.fromNm ?? '-'} to ${limits.toNm ?? '-'}`,
    });
  }

  get status(): FocusStatus {
    const { fromNm, toNm } = this;
    const { zNm = Number.NaN, settled = false } = this.#last ?? {};
    const moves = this.#targetNm !== null;
    return {
      name: this.stage.facts.name,
      ...{ fromNm, toNm, zNm, settled: settled && !moves, targetNm: this.#targetNm, error: this.#error },
    };
  }

  /** @throws {LimitError} when a position is outside the limits */
  assertInside(zNm: number): void {
    const { fromNm, toNm } = this;
    if (zNm >= fromNm && zNm <= toNm) return;
    throw new LimitError({
      where: `focus stage ${this.stage.facts.name}`,
      expected: `a position from ${fromNm} to ${toNm} nm`,
      received: `${zNm} nm`,
      remedy: 'stay inside, or set focusStage.fromNm and toNm if the objective has the room',
    });
  }

  /**
   * Moves and waits until the stage has settled; a move under way is given up for it.
   * @throws {LimitError} when the target is outside the limits: nothing moves
   * @throws {DeviceError} when it does not answer, or does not arrive in time: it is told to stop
   * @throws {Halt} when somebody stopped it, or the reason of `signal`: motion has ended
   */
  async moveTo(zNm: number, signal?: AbortSignal): Promise<FocusPosition> {
    this.assertInside(zNm);
    this.#move?.abort(new Halt('stop', 'another move took its place'));
    const own = new AbortController();
    this.#move = own;
    this.#targetNm = zNm;
    const either = signal ? AbortSignal.any([own.signal, signal]) : own.signal;
    try {
      await unlessAborted(this.stage.move(zNm), either);
      return await this.#settle(zNm, either);
    } catch (cause) {
      // One that was stopped or replaced is no more this move's to stop.
      if (!own.signal.aborted) await this.stage.stop().catch(() => {});
      if (cause instanceof DeviceError) this.#error = cause.message;
      throw cause;
    } finally {
      if (this.#move === own) {
        this.#move = null;
        this.#targetNm = null;
      }
    }
  }

  /** Ends all motion at once, whatever else is under way; the move under way fails. */
  async stop(): Promise<void> {
    this.#move?.abort(new Halt('focus-stop', 'the focus was stopped'));
    await this.stage.stop();
  }

  /** Where it is. */
  async position(): Promise<FocusPosition> {
    this.#last = await this.stage.position();
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

  async #settle(zNm: number, signal: AbortSignal): Promise<FocusPosition> {
    const { moveTimeoutMs, toleranceNm } = this.#limits;
    const untilMs = this.#clock.nowMs() + moveTimeoutMs;
    for (let misreadings = 0; ; ) {
      try {
        const at = await unlessAborted(this.position(), signal);
        misreadings = 0;
        if (at.settled && Math.abs(at.zNm - zNm) <= toleranceNm) return at;
      } catch (cause) {
        signal.throwIfAborted();
        if (++misreadings >= MISREADINGS) throw cause;
      }
      if (this.#clock.nowMs() >= untilMs) {
        const { zNm: atNm = Number.NaN, settled = false } = this.#last ?? {};
        throw new DeviceError({
          where: `focus stage ${this.stage.facts.name}`,
          expected: `it settled at ${zNm} nm within ${moveTimeoutMs} ms`,
          received: `${settled ? 'settled' : 'still moving'} at ${atNm} nm`,
          remedy: 'is it blocked, or focusStage.moveTimeoutMs too short?',
        });
      }
      await this.#clock.sleep(POLL_MS, signal);
    }
  }
}
