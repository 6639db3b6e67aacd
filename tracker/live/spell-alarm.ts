/** A spell is over when no frame was left out for so long. */
const SPELL_ENDS_MS = 10_000;

/** Tells once a spell that frames are left out: lost to a movie, or skipped by the cells. */
export class SpellAlarm {
  readonly #onSpell: (frames: number) => void;
  readonly #now: () => number;
  #leftOut = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param now ms */
  constructor(onSpell: (frames: number) => void, now: () => number = () => performance.now()) {
    this.#onSpell = onSpell;
    this.#now = now;
  }

  /** @param leftOut frames since the start */
  note(leftOut: number): void {
    if (leftOut === this.#leftOut) return;
    const nowMs = this.#now();
    if (nowMs - this.#lastMs > SPELL_ENDS_MS) this.#onSpell(leftOut - this.#leftOut);
    this.#leftOut = leftOut;
    this.#lastMs = nowMs;
  }
}
