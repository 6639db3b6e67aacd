import { makeTrace, type Trace } from '#protocol/trace-columns.ts';

/** Points there is room for at first; a slow camera never needs more. */
const FIRST_ROOM = 4096;
/** Room beyond the capacity, so that old points are moved out of the way once for many new ones. */
const SPARE = 1.25;

/**
 * Trace of one bead over the last minutes; a full ring forgets its oldest points.
 *
 * Any span of it is a view without a copy, and points are added without an allocation once it has grown.
 */
export class TraceRing {
  readonly fits: boolean;
  readonly capacity: number;
  #columns: Trace;
  #first = 0;
  #end = 0;
  #added = 0;

  /** @param capacity points it remembers */
  constructor(fits: boolean, capacity: number) {
    this.fits = fits;
    this.capacity = capacity;
    this.#columns = emptyTrace(fits, Math.min(FIRST_ROOM, Math.ceil(capacity * SPARE)));
  }

  get length(): number {
    return this.#end - this.#first;
  }

  /** Points that were ever added, breaks among them: how many are new to whom has seen fewer. */
  get added(): number {
    return this.#added;
  }

  /** s of the newest point; NaN when empty. */
  get newestTimeS(): number {
    return this.length === 0 ? Number.NaN : this.#columns.timeS[this.#end - 1]!;
  }

  clear(): void {
    this.#first = 0;
    this.#end = 0;
  }

  /**
   * Adds points; one that is older than the newest starts the trace anew, because the run did.
   * @param gapS a longer pause is a gap, not a line: the trace is broken there
   */
  append(points: Trace, gapS: number): void {
    const { timeS } = points;
    let from = 0;
    for (let point = 0; point < timeS.length; point++) {
      const before = point > 0 ? timeS[point - 1]! : this.newestTimeS;
      const isNew = timeS[point]! < before;
      if (!isNew && !(timeS[point]! - before > gapS)) continue;
      this.#add(points, from, point);
      if (isNew) this.clear();
      else this.breakTrace();
      from = point;
    }
    this.#add(points, from, timeS.length);
  }

  /** Marks that points are missing here, so that no line is drawn across; marked twice is marked once. */
  breakTrace(): void {
    if (this.length === 0) return;
    const newest = this.#end - 1;
    const { timeS, xPx, zNm } = this.#columns;
    if (Number.isNaN(xPx[newest]!) && Number.isNaN(zNm[newest]!)) return;
    const atS = timeS[newest]!;
    this.#makeRoom(1);
    for (const column of columnsOf(this.#columns)) column[this.#end] = Number.NaN;
    this.#columns.timeS[this.#end++] = atS;
    this.#added++;
  }

  /** All points, as views that hold until the next are added. */
  all(): Trace {
    return sliceTrace(this.#columns, this.#first, this.#end);
  }

  #add(points: Trace, from: number, to: number): void {
    const first = Math.max(from, to - this.capacity);
    if (to <= first) return;
    this.#makeRoom(to - first);
    for (const name of Object.keys(this.#columns) as (keyof Trace)[]) {
      const column = this.#columns[name]!;
      const added = points[name];
      if (added) column.set(added.subarray(first, to), this.#end);
      else column.fill(Number.NaN, this.#end, this.#end + to - first);
    }
    this.#end += to - first;
    this.#added += to - first;
    this.#first = Math.max(this.#first, this.#end - this.capacity);
  }

  #makeRoom(points: number): void {
    const room = this.#columns.timeS.length;
    if (this.#end + points <= room) return;
    this.#first = Math.max(this.#first, this.#end + points - this.capacity);
    const largest = Math.ceil(this.capacity * SPARE) + 1;
    const wanted = Math.min(largest, Math.max(2 * room, 2 * (this.length + points)));
    const old = this.all();
    const [first, end] = [this.#first, this.#end];
    if (wanted > room) {
      this.#columns = emptyTrace(this.fits, wanted);
      for (const name of Object.keys(old) as (keyof Trace)[]) this.#columns[name]!.set(old[name]!);
    } else {
      for (const column of columnsOf(this.#columns)) column.copyWithin(0, first, end);
    }
    this.#first = 0;
    this.#end = end - first;
  }
}

/** Columns with a common axis, by name. */
type Columns = { [name: string]: Float64Array };

function columnsOf(columns: Trace): Float64Array[] {
  return Object.values(columns);
}

/** Points `from` to before `to` of every column, as views. */
export function sliceTrace<Some extends Partial<Columns>>(columns: Some, from: number, to: number): Some {
  return mapColumns(columns, (column) => column.subarray(from, to));
}

/** A copy that later points leave alone. */
export function copyTrace<Some extends Partial<Columns>>(columns: Some): Some {
  return mapColumns(columns, (column) => column.slice());
}

/** Number of points before `atS` in times that never decrease. */
export function pointsBefore(timeS: Float64Array, atS: number): number {
  let first = 0;
  let last = timeS.length;
  while (first < last) {
    const middle = (first + last) >> 1;
    if (timeS[middle]! < atS) first = middle + 1;
    else last = middle;
  }
  return first;
}

/** A trace of so many points, all 0. */
function emptyTrace(fits: boolean, points: number): Trace {
  return makeTrace(fits, () => new Float64Array(points));
}

function mapColumns<Some extends Partial<Columns>>(
  columns: Some,
  map: (column: Float64Array) => Float64Array,
): Some {
  const mapped: Columns = {};
  for (const [name, column] of Object.entries(columns)) if (column) mapped[name] = map(column);
  return mapped as Some;
}
