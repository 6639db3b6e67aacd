/**
 * Values of the last seconds of many cells, kept in order, so that a percentile costs a search and a short shift.
 *
 * NaN are left out; a cell without a value has the percentile NaN.
 */
export class SortedWindow {
  /** [cell] of the values in the window, interpolated as everywhere: at percent / 100 of the way from first to last. */
  readonly percentiles: Float64Array;
  readonly #seconds: number;
  readonly #capacity: number;
  readonly #share: number;
  /** [sample] s, in a ring. */
  readonly #times: Float64Array;
  /** [cell, sample] as they came, in the same ring. */
  readonly #values: Float64Array;
  /** [cell, rank] the same in ascending order, `#counts` of them. */
  readonly #sorted: Float64Array;
  readonly #counts: Int32Array;
  #oldest = 0;
  #length = 0;

  /** @param capacity samples at most; the oldest gives way to one more */
  constructor(cells: number, seconds: number, capacity: number, percent: number) {
    this.percentiles = new Float64Array(cells).fill(Number.NaN);
    this.#seconds = seconds;
    this.#capacity = capacity;
    this.#share = percent / 100;
    this.#times = new Float64Array(capacity);
    this.#values = new Float64Array(cells * capacity);
    this.#sorted = new Float64Array(cells * capacity);
    this.#counts = new Int32Array(cells);
  }

  /** Takes one value of every cell and lets go of those older than the window. */
  add(timeS: number, values: Float64Array): void {
    while (this.#length > 0 && (this.#length === this.#capacity || this.#isOver(timeS))) this.#dropOldest();
    const slot = (this.#oldest + this.#length) % this.#capacity;
    this.#length++;
    this.#times[slot] = timeS;
    for (let cell = 0; cell < values.length; cell++) {
      const value = values[cell]!;
      this.#values[cell * this.#capacity + slot] = value;
      if (!Number.isNaN(value)) this.#insert(cell, value);
      this.percentiles[cell] = this.#percentile(cell);
    }
  }

  #isOver(timeS: number): boolean {
    return this.#times[this.#oldest]! <= timeS - this.#seconds;
  }

  #dropOldest(): void {
    for (let cell = 0; cell < this.#counts.length; cell++) {
      const value = this.#values[cell * this.#capacity + this.#oldest]!;
      if (!Number.isNaN(value)) this.#remove(cell, value);
    }
    this.#oldest = (this.#oldest + 1) % this.#capacity;
    this.#length--;
  }

  #insert(cell: number, value: number): void {
    const at = this.#rank(cell, value);
    const end = cell * this.#capacity + this.#counts[cell]!;
    this.#sorted.copyWithin(at + 1, at, end);
    this.#sorted[at] = value;
    this.#counts[cell]!++;
  }

  #remove(cell: number, value: number): void {
    const at = this.#rank(cell, value);
    const end = cell * this.#capacity + this.#counts[cell]!;
    this.#sorted.copyWithin(at, at + 1, end);
    this.#counts[cell]!--;
  }

  /** Place of the first sorted value that is not below this one. */
  #rank(cell: number, value: number): number {
    let low = cell * this.#capacity;
    let high = low + this.#counts[cell]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #percentile(cell: number): number {
    const count = this.#counts[cell]!;
    if (count === 0) return Number.NaN;
    const first = cell * this.#capacity;
    const place = this.#share * (count - 1);
    const below = Math.floor(place);
    const lower = this.#sorted[first + below]!;
    if (below + 1 >= count) return lower;
    return lower + (place - below) * (this.#sorted[first + below + 1]! - lower);
  }
}
