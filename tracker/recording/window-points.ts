import type { WindowTrace } from '#protocol/recordings.ts';
import { makeTrace, type PointColumns, type TraceColumn, traceColumns } from '#protocol/trace-columns.ts';

/** A window of time in buckets. */
export interface WindowGrid {
  fromS: number;
  bucketS: number;
  buckets: number;
}

/**
 * Points of one bead within a window: every one of them as long as there is room, and the smallest and largest of each
 * bucket all the while.
 */
export class WindowPoints {
  readonly bead: number;
  readonly #names: readonly TraceColumn[];
  readonly #most: number;
  readonly #grid: WindowGrid;
  /** [point] in the order of the file. */
  readonly #timeS: Float64Array;
  readonly #status: Uint16Array;
  /** [column][point] */
  readonly #values: Float64Array[];
  /** [column][bucket] */
  readonly #least: Float64Array[];
  readonly #largest: Float64Array[];
  readonly #bucketStatus: Uint16Array;
  readonly #filled: Uint8Array;
  #points = 0;

  /** @param most points to keep before only buckets are */
  constructor(bead: number, fits: boolean, most: number, grid: WindowGrid) {
    this.bead = bead;
    this.#names = traceColumns(fits);
    this.#most = most;
    this.#grid = grid;
    this.#timeS = new Float64Array(most);
    this.#status = new Uint16Array(most);
    const columns = (length: number) => this.#names.map(() => new Float64Array(length).fill(Number.NaN));
    this.#values = columns(most);
    this.#least = columns(grid.buckets);
    this.#largest = columns(grid.buckets);
    this.#bucketStatus = new Uint16Array(grid.buckets);
    this.#filled = new Uint8Array(grid.buckets);
  }

  /** Points so far. */
  get points(): number {
    return this.#points;
  }

  /**
   * @param columns [column] of a record batch, in the order of `traceColumns`
   * @param row of this point in them
   */
  add(timeS: number, columns: readonly ArrayLike<number>[], row: number, status: number): void {
    const { fromS, bucketS, buckets } = this.#grid;
    const bucket = Math.min(buckets - 1, Math.floor((timeS - fromS) / bucketS));
    const point = this.#points++;
    const isKept = point < this.#most;
    if (isKept) {
      this.#timeS[point] = timeS;
      this.#status[point] = status;
    }
    this.#filled[bucket] = 1;
    this.#bucketStatus[bucket]! |= status;
    for (let column = 0; column < columns.length; column++) {
      const value = columns[column]![row]!;
      if (isKept) this.#values[column]![point] = value;
      const least = this.#least[column]!;
      const largest = this.#largest[column]!;
      if (value < least[bucket]! || Number.isNaN(least[bucket]!)) least[bucket] = value;
      if (value > largest[bucket]! || Number.isNaN(largest[bucket]!)) largest[bucket] = value;
    }
  }

  /** Every point; only while there are not more than there was room for. */
  atFullRate(): WindowTrace {
    const order = inOrder(this.#timeS.subarray(0, this.#points));
    const pick = (values: Float64Array) => Float64Array.from(order, (point) => values[point]!);
    return {
      bead: this.bead,
      timeS: pick(this.#timeS),
      least: this.#columns((column) => pick(this.#values[column]!)),
      most: null,
      status: Uint16Array.from(order, (point) => this.#status[point]!),
    };
  }

  /** The buckets that have a point. */
  inBuckets(): WindowTrace {
    const { fromS, bucketS } = this.#grid;
    const filled = [...this.#filled.keys()].filter((bucket) => this.#filled[bucket]);
    const pick = (values: Float64Array) => Float64Array.from(filled, (bucket) => values[bucket]!);
    return {
      bead: this.bead,
      timeS: Float64Array.from(filled, (bucket) => fromS + bucket * bucketS),
      least: this.#columns((column) => pick(this.#least[column]!)),
      most: this.#columns((column) => pick(this.#largest[column]!)),
      status: Uint16Array.from(filled, (bucket) => this.#bucketStatus[bucket]!),
    };
  }

  #columns(values: (column: number) => Float64Array<ArrayBuffer>): PointColumns {
    const fits = this.#names.includes('chiSquared');
    const { timeS: _, ...columns } = makeTrace(fits, (name) =>
      name === 'timeS' ? new Float64Array(0) : values(this.#names.indexOf(name)),
    );
    return columns;
  }
}

/** Points by time: a camera whose clock was set back is recorded as it came. */
function inOrder(timeS: Float64Array): number[] {
  const order = [...timeS.keys()];
  return order.every((point) => point === 0 || timeS[point]! >= timeS[point - 1]!)
    ? order
    : order.sort((one, other) => timeS[one]! - timeS[other]!);
}
