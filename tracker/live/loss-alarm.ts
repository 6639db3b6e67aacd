/** A spell of losses is over when nothing was lost for so long. */
const SPELL_ENDS_MS = 10_000;

/** Tells once a spell that frames are lost. */
export class LossAlarm {
  readonly #onSpell: (frames: number) => void;
  readonly #now: () => number;
  #lost = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param now ms */
  constructor(onSpell: (frames: number) => void, now: () => number = () => performance.now()) {
    this.#onSpell = onSpell;
    this.#now = now;
  }

  /** @param lost frames since the start */
  note(lost: number): void {
    if (lost === this.#lost) return;
    const nowMs = this.#now();
    if (nowMs - this.#lastMs > SPELL_ENDS_MS) this.#onSpell(lost - this.#lost);
    this.#lost = lost;
    this.#lastMs = nowMs;
  }
}
