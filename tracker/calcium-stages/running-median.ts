/** Slope of the share below against the logarithm of the value, at the median of the size of a normal number. */
const SLOPE = 0.4287;

/** Numbers whose exact median is the first: one number may be next to 0, from where steps in the logarithm take long. */
const FIRST = 15;

/**
 * Medians of many streams of numbers that are not below 0: after the first ones, each number moves its median by a
 * small share, up or down.
 *
 * While numbers are few a share is larger, as in a mean of few, so that the median soon is where it belongs.
 */
export class RunningMedian {
  /** [cell]; NaN before the first 15 numbers. */
  readonly medians: Float64Array;
  readonly #memory: number;
  /** [cell] numbers taken. */
  readonly #counts: Float64Array;
  /** [cell, rank] the first numbers in ascending order. */
  readonly #first: Float64Array;

  /** @param memory numbers over which a median follows a change */
  constructor(cells: number, memory: number) {
    this.medians = new Float64Array(cells).fill(Number.NaN);
    this.#memory = Math.max(FIRST, memory);
    this.#counts = new Float64Array(cells);
    this.#first = new Float64Array(cells * FIRST);
  }

  /** Takes one number of a cell; NaN is left out. */
  take(cell: number, value: number): void {
    if (Number.isNaN(value)) return;
    const count = ++this.#counts[cell]!;
    if (count <= FIRST) this.#begin(cell, count, value);
    else {
      const median = this.medians[cell]!;
      // A step in the logarithm: as large for dim cells as for bright ones.
      const step = 1 + 1 / (2 * SLOPE * Math.min(count, this.#memory));
      if (median === 0) this.medians[cell] = value;
      else if (value > median) this.medians[cell] = median * step;
      else if (value < median) this.medians[cell] = median / step;
    }
  }

  #begin(cell: number, count: number, value: number): void {
    const start = cell * FIRST;
    let at = start + count - 1;
    for (; at > start && this.#first[at - 1]! > value; at--) this.#first[at] = this.#first[at - 1]!;
    this.#first[at] = value;
    if (count === FIRST) this.medians[cell] = this.#first[start + (FIRST - 1) / 2]!;
  }
}
