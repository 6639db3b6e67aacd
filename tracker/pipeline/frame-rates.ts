const CAPACITY = 8192;

/** Frames a second in and out and the time between, since they were last asked for. */
export class FrameRates {
  readonly #latencyMs = new Float64Array(CAPACITY);
  #received = 0;
  #tracked = 0;
  #sinceMs = performance.now();

  received(): void {
    this.#received++;
  }

  /** @param latencyMs from receipt of the frame to its tracks */
  tracked(latencyMs: number): void {
    this.#latencyMs[this.#tracked % CAPACITY] = latencyMs;
    this.#tracked++;
  }

  /** Rates and latency, of at most the newest 8192 frames, NaN when there was none; starts anew. */
  take(): {
    receivedFps: number;
    trackedFps: number;
    latencyMs: { median: number; p95: number; max: number };
  } {
    const nowMs = performance.now();
    const seconds = Math.max((nowMs - this.#sinceMs) / 1000, 1e-3);
    const sorted = this.#latencyMs.slice(0, Math.min(this.#tracked, CAPACITY)).sort();
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    const rates = {
      receivedFps: this.#received / seconds,
      trackedFps: this.#tracked / seconds,
      latencyMs: { median: at(0.5), p95: at(0.95), max: at(1) },
    };
    this.#received = 0;
    this.#tracked = 0;
    this.#sinceMs = nowMs;
    return rates;
  }
}
