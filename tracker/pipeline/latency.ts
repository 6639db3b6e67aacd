const CAPACITY = 8192;

/** Latencies of the frames since the last look, at most the newest 8192. */
export class LatencyWindow {
  readonly #ms = new Float64Array(CAPACITY);
  #count = 0;

  add(ms: number): void {
    this.#ms[this.#count % CAPACITY] = ms;
    this.#count++;
  }

  /** Median, 95th percentile and maximum in ms, NaN when there was no frame; starts anew. */
  take(): { median: number; p95: number; max: number; frames: number } {
    const frames = this.#count;
    const sorted = this.#ms.slice(0, Math.min(frames, CAPACITY)).sort();
    this.#count = 0;
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return { median: at(0.5), p95: at(0.95), max: at(1), frames };
  }
}
