/**
 * Points of one bead waiting for a viewer. Each time it fills up it keeps every second point and takes only half as many
 * from then on: a slow viewer's trace gets evenly coarser, from its first point to its newest, and nothing waits.
 */
export class TraceQueue {
  readonly #capacity: number;
  /** time, x, y, z; the last row of each is for the newest point, stored or not. */
  readonly #columns: readonly Float64Array[];
  #length = 0;
  #stride = 1;
  #offered = 0;

  constructor(capacity = 4096) {
    this.#capacity = capacity;
    this.#columns = Array.from({ length: 4 }, () => new Float64Array(capacity + 1));
  }

  push(timeS: number, xPx: number, yPx: number, zNm: number): void {
    if (this.#length === this.#capacity) this.#thin();
    const [times, xs, ys, zs] = this.#columns;
    times![this.#length] = timeS;
    xs![this.#length] = xPx;
    ys![this.#length] = yPx;
    zs![this.#length] = zNm;
    if (this.#offered % this.#stride === 0) this.#length++;
    this.#offered++;
  }

  /** Copies of the waiting points, oldest first; the queue is empty afterwards. */
  take(): { timeS: Float64Array; xPx: Float64Array; yPx: Float64Array; zNm: Float64Array } {
    const newestIsExtra = this.#offered > 0 && (this.#offered - 1) % this.#stride !== 0;
    const rows = this.#length + (newestIsExtra ? 1 : 0);
    const [timeS, xPx, yPx, zNm] = this.#columns.map((column) => column.slice(0, rows));
    this.#length = 0;
    this.#stride = 1;
    this.#offered = 0;
    return { timeS: timeS!, xPx: xPx!, yPx: yPx!, zNm: zNm! };
  }

  #thin(): void {
    this.#length = Math.ceil(this.#capacity / 2);
    this.#stride *= 2;
    for (const column of this.#columns) {
      for (let point = 0; point < this.#length; point++) column[point] = column[2 * point]!;
    }
  }
}
