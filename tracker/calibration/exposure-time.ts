/** Delays up to here are those of a camera that keeps the time of this host. */
const SAME_CLOCK_NS = 1e9;
/** Frames after which an old least delay is forgotten, so that a clock that runs slower or faster is followed. */
const WINDOW = 500;

/**
 * Time of exposure by the clock of this host, ns since 1970, from the camera's own.
 *
 * A camera that keeps the host's time is believed. For one that does not, the least delay between exposure and arrival
 * is taken for the difference of the clocks, which makes a frame later than it was by the time the fastest frame took.
 */
export class ExposureTime {
  #least = Number.POSITIVE_INFINITY;
  #next = Number.POSITIVE_INFINITY;
  #seen = 0;

  hostNs(timeNs: bigint, receivedNs: bigint): bigint {
    const delay = Number(receivedNs - timeNs);
    this.#least = Math.min(this.#least, delay);
    this.#next = Math.min(this.#next, delay);
    if (++this.#seen % WINDOW === 0) {
      this.#least = this.#next;
      this.#next = Number.POSITIVE_INFINITY;
    }
    const keepsHostTime = this.#least >= 0 && this.#least < SAME_CLOCK_NS;
    return keepsHostTime ? timeNs : timeNs + BigInt(Math.round(this.#least));
  }
}
