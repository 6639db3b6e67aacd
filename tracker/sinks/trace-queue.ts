import { makeTrace, TRACE_COLUMNS, type Trace } from '#protocol/trace-columns.ts';
import type { TrackTable } from '#protocol/track-table.ts';

/**
 * Points of one bead waiting for a viewer. Each time it fills up it keeps every second point and takes only half as many
 * from then on: a slow viewer's trace gets evenly coarser, from its first point to its newest, and nothing waits.
 */
export class TraceQueue {
  readonly bead: number;
  readonly #capacity: number;
  /** The last row of each column is for the newest point, stored or not. */
  readonly #timeS: Float64Array<ArrayBuffer>;
  readonly #columns: readonly Float64Array<ArrayBuffer>[];
  #fits = false;
  #length = 0;
  #stride = 1;
  #offered = 0;

  constructor(bead: number, capacity = 2048) {
    this.bead = bead;
    this.#capacity = capacity;
    this.#timeS = new Float64Array(capacity + 1);
    this.#columns = TRACE_COLUMNS.map(() => new Float64Array(capacity + 1));
  }

  /** Takes one row of a table. */
  push(timeS: number, table: TrackTable, row: number): void {
    if (this.#length === this.#capacity) this.#thin();
    this.#fits = table.fits;
    this.#timeS[this.#length] = timeS;
    for (let column = 0; column < TRACE_COLUMNS.length; column++) {
      // Columns of a fit that was not made are empty, and so NaN.
      this.#columns[column]![this.#length] = table[TRACE_COLUMNS[column]!][row]!;
    }
    if (this.#offered % this.#stride === 0) this.#length++;
    this.#offered++;
  }

  /** Copies of the waiting points, oldest first; the queue is empty afterwards. */
  take(): Trace {
    const newestIsExtra = this.#offered > 0 && (this.#offered - 1) % this.#stride !== 0;
    const rows = this.#length + (newestIsExtra ? 1 : 0);
    this.#length = 0;
    this.#stride = 1;
    this.#offered = 0;
    return makeTrace(this.#fits, (name) => {
      const column = name === 'timeS' ? this.#timeS : this.#columns[TRACE_COLUMNS.indexOf(name)]!;
      return column.slice(0, rows);
    });
  }

  #thin(): void {
    this.#length = Math.ceil(this.#capacity / 2);
    this.#stride *= 2;
    thin(this.#timeS, this.#length);
    for (const column of this.#columns) thin(column, this.#length);
  }
}

function thin(column: Float64Array, kept: number): void {
  for (let point = 0; point < kept; point++) column[point] = column[2 * point]!;
}
