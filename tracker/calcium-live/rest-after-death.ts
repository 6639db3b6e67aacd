/** Frames a thread measures before its death is news again. */
const FRAMES_OF_A_SPELL = 100;

/** Wait after a thread that measured nothing, and at most. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/**
 * When a thread that died is replaced, and whether a person is told.
 *
 * One that measured frames is replaced at once. One that measured none would die again as fast: each in a row is given
 * twice the rest of the one before.
 */
export class RestAfterDeath {
  readonly #nowMs: () => number;
  #restMs = 0;
  #untilMs = Number.NEGATIVE_INFINITY;
  /** Since the last death. */
  #frames = FRAMES_OF_A_SPELL;

  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get isOver(): boolean {
    return this.#nowMs() >= this.#untilMs;
  }

  measured(frames: number): void {
    this.#frames += frames;
    this.#restMs = 0;
  }

  /** @returns whether it is the first death of a spell */
  died(): boolean {
    const isNews = this.#frames >= FRAMES_OF_A_SPELL;
    this.#untilMs = this.#nowMs() + this.#restMs;
    this.#restMs = Math.min(LONGEST_REST_MS, Math.max(FIRST_REST_MS, 2 * this.#restMs));
    this.#frames = 0;
    return isNews;
  }
}
