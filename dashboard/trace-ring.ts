/** Columns of a trace over some span of time, oldest point first; views that the next push may change. */
export interface TraceColumns {
  /** [point] s since the first frame of the run, never decreasing. */
  timeS: Float64Array;
  /** [point] px of the full frame, NaN where the bead was lost. */
  xPx: Float64Array;
  yPx: Float64Array;
  /** [point] nm, NaN where there is no z. */
  zNm: Float64Array;
}

/**
 * Trace of one bead over the last minutes; a full ring forgets its oldest point.
 *
 * Every point is stored twice, a ring length apart, so that any span is one view without a copy.
 */
export class TraceRing {
  readonly capacity: number;
  readonly #timeS: Float64Array;
  readonly #xPx: Float64Array;
  readonly #yPx: Float64Array;
  readonly #zNm: Float64Array;
  #next = 0;
  #length = 0;

  /** @param capacity points it remembers */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#timeS = new Float64Array(2 * capacity);
    this.#xPx = new Float64Array(2 * capacity);
    this.#yPx = new Float64Array(2 * capacity);
    this.#zNm = new Float64Array(2 * capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** s of the newest point; NaN when empty. */
  get newestTimeS(): number {
    return this.#length === 0 ? Number.NaN : this.#timeS[this.#next + this.capacity - 1]!;
  }

  clear(): void {
    this.#next = 0;
    this.#length = 0;
  }

  /** Adds a point; one that is older than the newest starts the trace anew, because the run did. */
  push(timeS: number, xPx: number, yPx: number, zNm: number): void {
    if (timeS < this.newestTimeS) this.clear();
    for (const at of [this.#next, this.#next + this.capacity]) {
      this.#timeS[at] = timeS;
      this.#xPx[at] = xPx;
      this.#yPx[at] = yPx;
      this.#zNm[at] = zNm;
    }
    this.#next = (this.#next + 1) % this.capacity;
    if (this.#length < this.capacity) this.#length++;
  }

  /** Marks that points are missing here, so that no line is drawn across; marked twice is marked once. */
  breakTrace(): void {
    const newest = this.#next + this.capacity - 1;
    const isBroken = Number.isNaN(this.#xPx[newest]!) && Number.isNaN(this.#zNm[newest]!);
    if (this.#length > 0 && !isBroken) this.push(this.newestTimeS, Number.NaN, Number.NaN, Number.NaN);
  }

  /** All points. */
  all(): TraceColumns {
    const end = this.#next + this.capacity;
    const first = end - this.#length;
    return {
      timeS: this.#timeS.subarray(first, end),
      xPx: this.#xPx.subarray(first, end),
      yPx: this.#yPx.subarray(first, end),
      zNm: this.#zNm.subarray(first, end),
    };
  }
}

/** The points from `sinceS` on, as views. */
export function tailSince(columns: TraceColumns, sinceS: number): TraceColumns {
  const { timeS } = columns;
  let first = 0;
  let last = timeS.length;
  while (first < last) {
    const middle = (first + last) >> 1;
    if (timeS[middle]! < sinceS) first = middle + 1;
    else last = middle;
  }
  return mapColumns(columns, (column) => column.subarray(first));
}

/** A copy that later pushes leave alone. */
export function copyColumns(columns: TraceColumns): TraceColumns {
  return mapColumns(columns, (column) => column.slice());
}

function mapColumns(
  { timeS, xPx, yPx, zNm }: TraceColumns,
  map: (column: Float64Array) => Float64Array,
): TraceColumns {
  return { timeS: map(timeS), xPx: map(xPx), yPx: map(yPx), zNm: map(zNm) };
}
