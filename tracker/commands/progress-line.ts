const EVERY_MS = 200;
const LOG_EVERY_MS = 5000;

/** Count, rate and time left on one line of a terminal, or now and then on a line of a log. */
export class ProgressLine {
  readonly #total: number;
  readonly #unit: string;
  readonly #terminal = process.stderr.isTTY === true;
  readonly #startedMs = performance.now();
  #shownMs = performance.now();
  #isShown = false;
  #done = 0;

  constructor(total: number, unit: string) {
    this.#total = total;
    this.#unit = unit;
  }

  add(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (now - this.#shownMs < (this.#terminal ? EVERY_MS : LOG_EVERY_MS)) return;
    this.#shownMs = now;
    this.#isShown = true;
    const text = this.#text(now);
    process.stderr.write(this.#terminal ? `\r\u001b[K${text}` : `${text}\n`);
  }

  /**
   * Leaves the final count standing.
   * @param always also where it was over before a count was shown
   */
  end(always = true): void {
    if (!always && !this.#isShown) return;
    process.stderr.write(`${this.#terminal ? '\r\u001b[K' : ''}${this.#text(performance.now())}\n`);
  }

  #text(nowMs: number): string {
    const seconds = (nowMs - this.#startedMs) / 1000;
    const rate = this.#done / Math.max(seconds, 1e-3);
    const left = (this.#total - this.#done) / rate;
    const rest =
      this.#done < this.#total
        ? `, ${left < 90 ? `${left.toFixed(0)} s` : `${(left / 60).toFixed(1)} min`} left`
        : '';
    return `${this.#done} of ${this.#total} ${this.#unit}, ${rate.toFixed(rate < 10 ? 1 : 0)} a second${rest}`;
  }
}
