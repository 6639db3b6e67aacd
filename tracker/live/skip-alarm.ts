/** A spell of skipping is over when none was skipped for so long. */
const SPELL_ENDS_MS = 10_000;

/** Tells once a spell that frames are skipped. */
export class SkipAlarm {
  readonly #onSpell: (text: string) => void;
  readonly #now: () => number;
  #skipped = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param now ms */
  constructor(onSpell: (text: string) => void, now: () => number = () => performance.now()) {
    this.#onSpell = onSpell;
    this.#now = now;
  }

  /** @param skipped frames since the start */
  note(skipped: number): void {
    if (skipped === this.#skipped) return;
    const nowMs = this.#now();
    const more = skipped - this.#skipped;
    if (nowMs - this.#lastMs > SPELL_ENDS_MS) {
      this.#onSpell(
        `cells fall behind: ${more} frames were not measured, but tracked; fewer cells, or a lower frame rate`,
      );
    }
    this.#skipped = skipped;
    this.#lastMs = nowMs;
  }
}
