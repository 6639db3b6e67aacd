import type { TrackedFrame } from './track-sink.ts';

/**
 * Time of frames for traces, s since the first: the camera's, and never going back.
 * Where the camera's clock does, the trace goes on by the tracker's, so that neither a line nor what is known is torn.
 */
export class RunClock {
  #lastTimeNs = 0n;
  #lastReceivedNs = 0n;
  /** Added to the camera's time. */
  #offsetNs: bigint | null = null;

  /** @param frame in frame order; each is asked for once */
  secondsOf({ timeNs, receivedNs }: Pick<TrackedFrame, 'timeNs' | 'receivedNs'>): number {
    if (this.#offsetNs === null) this.#offsetNs = -timeNs;
    else if (timeNs < this.#lastTimeNs) {
      const passedNs = receivedNs > this.#lastReceivedNs ? receivedNs - this.#lastReceivedNs : 0n;
      this.#offsetNs += this.#lastTimeNs + passedNs - timeNs;
    }
    this.#lastTimeNs = timeNs;
    this.#lastReceivedNs = receivedNs;
    return Number(timeNs + this.#offsetNs) / 1e9;
  }
}
