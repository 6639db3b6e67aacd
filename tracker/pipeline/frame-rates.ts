/** Frames a second in and out since they were last asked for. */
export class FrameRates {
  #received = 0;
  #tracked = 0;
  #sinceMs = performance.now();

  received(): void {
    this.#received++;
  }

  tracked(frames: number): void {
    this.#tracked += frames;
  }

  /** The rates; counting starts anew. */
  take(): { receivedFps: number; trackedFps: number } {
    const nowMs = performance.now();
    const seconds = Math.max((nowMs - this.#sinceMs) / 1000, 1e-3);
    const rates = { receivedFps: this.#received / seconds, trackedFps: this.#tracked / seconds };
    this.#received = 0;
    this.#tracked = 0;
    this.#sinceMs = nowMs;
    return rates;
  }
}
