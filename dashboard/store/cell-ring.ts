import { pointsBefore, sliceTrace } from './trace-ring.ts';

const COLUMNS = ['timeS', 'counts', 'dff', 'rate'] as const;

/** What is told of a cell in every frame, [frame] each; NaN where a line is broken. */
export type CellPoints = Record<(typeof COLUMNS)[number], Float64Array>;

/** Frames as they come, in any precision. */
type NewPoints = Record<Exclude<(typeof COLUMNS)[number], 'timeS'>, ArrayLike<number>> & {
  timeS: Float64Array;
};

const FIRST_ROOM = 2048;
/** Room beyond the capacity, so that old frames are moved out of the way once for many new ones. */
const SPARE = 1.25;

/** Trace of one cell over the last minutes; a full ring forgets its oldest frames. Any span of it is a view without a copy. */
export class CellRing {
  readonly capacity: number;
  #columns: CellPoints;
  #first = 0;
  #end = 0;

  /** @param capacity frames it remembers */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#columns = emptyPoints(Math.min(FIRST_ROOM, Math.ceil(capacity * SPARE) + 1));
  }

  get length(): number {
    return this.#end - this.#first;
  }

  /** s of the oldest frame; NaN when empty. */
  get oldestTimeS(): number {
    return this.length === 0 ? Number.NaN : this.#columns.timeS[this.#first]!;
  }

  /** s of the newest frame; NaN when empty. */
  get newestTimeS(): number {
    return this.length === 0 ? Number.NaN : this.#columns.timeS[this.#end - 1]!;
  }

  clear(): void {
    this.#first = 0;
    this.#end = 0;
  }

  /**
   * Adds frames; one that is older than the newest starts the trace anew, because the run did.
   * @param gapS a longer pause breaks the line
   */
  append(points: NewPoints, gapS: number): void {
    for (const [point, timeS] of points.timeS.entries()) {
      const before = this.newestTimeS;
      if (timeS < before) this.clear();
      else if (timeS - before > gapS) this.#add(before, Number.NaN, Number.NaN, Number.NaN);
      this.#add(timeS, points.counts[point]!, points.dff[point]!, points.rate[point]!);
    }
  }

  /** All frames, as views that hold until the next are added. */
  all(): CellPoints {
    return sliceTrace(this.#columns, this.#first, this.#end);
  }

  /** Frames from a time to another, both within. */
  within(fromS: number, toS: number): CellPoints {
    const { timeS } = this.#columns;
    const kept = timeS.subarray(this.#first, this.#end);
    const first = this.#first + pointsBefore(kept, fromS);
    // A hair beyond: a frame that lies on the end is within.
    return sliceTrace(this.#columns, first, this.#first + pointsBefore(kept, toS + 1e-9));
  }

  #add(timeS: number, counts: number, dff: number, rate: number): void {
    this.#makeRoom();
    const at = this.#end++;
    this.#columns.timeS[at] = timeS;
    this.#columns.counts[at] = counts;
    this.#columns.dff[at] = dff;
    this.#columns.rate[at] = rate;
    this.#first = Math.max(this.#first, this.#end - this.capacity);
  }

  #makeRoom(): void {
    const room = this.#columns.timeS.length;
    if (this.#end < room) return;
    const kept = this.all();
    const most = Math.ceil(this.capacity * SPARE) + 1;
    if (room < most) this.#columns = emptyPoints(Math.min(most, 2 * room));
    for (const name of COLUMNS) this.#columns[name].set(kept[name]);
    this.#first = 0;
    this.#end = kept.timeS.length;
  }
}

function emptyPoints(frames: number): CellPoints {
  const column = () => new Float64Array(frames);
  return { timeS: column(), counts: column(), dff: column(), rate: column() };
}
