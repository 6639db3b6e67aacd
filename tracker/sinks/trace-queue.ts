/**
 * Points of one bead waiting for a viewer. When the viewer is slow and it fills up, every second point is left out,
 * oldest first kept as evenly as the newest: the trace gets coarser, the tracker never waits.
 */
export class TraceQueue {
  readonly #capacity: number;
  readonly #columns: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  #length = 0;

  constructor(capacity = 4096) {
    this.#capacity = capacity;
    const column = () => new Float64Array(capacity);
    this.#columns = [column(), column(), column(), column()];
  }

  get length(): number {
    return this.#length;
  }

  push(timeS: number, xPx: number, yPx: number, zNm: number): void {
    if (this.#length === this.#capacity) this.#thin();
    const [times, xs, ys, zs] = this.#columns;
    times[this.#length] = timeS;
    xs[this.#length] = xPx;
    ys[this.#length] = yPx;
    zs[this.#length] = zNm;
    this.#length++;
  }

  /** Copies of the waiting points, oldest first; the queue is empty afterwards. */
  take(): { timeS: Float64Array; xPx: Float64Array; yPx: Float64Array; zNm: Float64Array } {
    const [timeS, xPx, yPx, zNm] = this.#columns.map((column) => column.slice(0, this.#length));
    this.#length = 0;
    return { timeS: timeS!, xPx: xPx!, yPx: yPx!, zNm: zNm! };
  }

  #thin(): void {
    this.#length = Math.floor(this.#capacity / 2);
    for (const column of this.#columns) {
      for (let point = 0; point < this.#length; point++) column[point] = column[2 * point + 1]!;
    }
  }
}
