import type { CellTrace } from '#protocol/calcium-live.ts';
import { thinnedFrames } from './thinned-frames.ts';

/** What is remembered of all cells together, bytes, and for how long at most. */
const MOST_BYTES = 48 << 20;
const LONGEST_S = 3600;
/** Rings of fewer cells are no longer than these. */
const LEAST_CELLS = 16;

const TRACED = ['counts', 'dff', 'rate'] as const;
type Traced = (typeof TRACED)[number];

interface CellRing {
  /** Number of its stretch of each column. */
  place: number;
  /** First frame in it. */
  since: number;
  /** Frames with events. */
  events: number[];
}

/** Columns of one frame, [cell] from `firstRow` on. */
export type FrameColumns = Record<Traced, ArrayLike<number>>;

/**
 * The last frames of every cell, as many as fit into a fixed number of bytes.
 * Frames are counted from 0, so that each who watches says which was the last they got.
 */
export class CellRings {
  readonly #mostBytes: number;
  readonly #rings = new Map<number, CellRing>();
  /** [slot] */
  #timeS = new Float64Array(0);
  /** [place, slot] of one piece each: memory is taken as it fills. */
  #columns = columnsOf(0);
  #places = 0;
  /** [cell] in the order of `follow`. */
  #order: CellRing[] = [];
  #frames = 0;
  #oldest = 0;

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /** Frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames it holds. */
  get capacity(): number {
    return this.#timeS.length;
  }

  has(cell: number): boolean {
    return this.#rings.has(cell);
  }

  /** Other cells from the next frame on: those that stay keep their past, as far as there is room. */
  follow(cells: Uint16Array): void {
    const before = new Map(this.#rings);
    this.#rings.clear();
    for (const cell of cells) {
      const ring = before.get(cell);
      if (ring) this.#rings.set(cell, ring);
    }
    // In powers of two: a cell more or less seldom moves the past of all.
    const places = 2 ** Math.ceil(Math.log2(Math.max(cells.length, LEAST_CELLS)));
    if (places !== this.#places) this.#resize(places);
    const taken = new Set([...this.#rings.values()].map(({ place }) => place));
    let free = 0;
    for (const cell of cells) {
      if (this.#rings.has(cell)) continue;
      while (taken.has(free)) free++;
      this.#rings.set(cell, { place: free++, since: this.#frames, events: [] });
    }
    this.#order = [...cells].map((cell) => this.#rings.get(cell)!);
  }

  /** Takes a frame: columns [cell] in the order of `follow`, from `firstRow` on. */
  add(timeS: number, columns: FrameColumns, firstRow: number): void {
    const { capacity } = this;
    const slot = this.#frames % capacity;
    this.#timeS[slot] = timeS;
    for (const name of TRACED) {
      const [values, column] = [columns[name], this.#columns[name]];
      for (let index = 0; index < this.#order.length; index++) {
        column[this.#order[index]!.place * capacity + slot] = values[firstRow + index]!;
      }
    }
    this.#frames++;
    if (this.#frames - this.#oldest > capacity) this.#oldest = this.#frames - capacity;
  }

  /** An event of the cell at `index` in the frame taken last. */
  event(index: number): void {
    const { events } = this.#order[index]!;
    events.push(this.#frames - 1);
    const firstKept = events.findIndex((frame) => frame >= this.#oldest);
    if (firstKept > 0) events.splice(0, firstKept);
  }

  /** Number of the first frame in the last `seconds`. */
  frameBefore(seconds: number): number {
    if (this.#frames === 0) return 0;
    const fromS = this.#at(this.#frames - 1) - Math.min(seconds, LONGEST_S);
    let [first, after] = [this.#oldest, this.#frames];
    while (first < after) {
      const middle = Math.floor((first + after) / 2);
      if (this.#at(middle) < fromS) first = middle + 1;
      else after = middle;
    }
    return first;
  }

  /**
   * Frames of a cell from number `from` on, thinned where they are many; nothing of a cell that is not there.
   * Frames that are not remembered any more are left out.
   */
  read(cell: number, from: number): CellTrace {
    const ring = this.#rings.get(cell);
    const first = Math.max(from, this.#oldest, ring?.since ?? this.#frames);
    const { capacity } = this;
    const offset = (ring?.place ?? 0) * capacity;
    const { dff, rate } = this.#columns;
    const frames = ring
      ? thinnedFrames(
          first,
          this.#frames,
          (frame) => dff[offset + (frame % capacity)]!,
          (frame) => rate[offset + (frame % capacity)]!,
        )
      : [];
    const column = (name: Traced) =>
      Float32Array.from(frames, (frame) => this.#columns[name][offset + (frame % capacity)]!);
    return {
      cell,
      timeS: Float64Array.from(frames, (frame) => this.#at(frame)),
      counts: column('counts'),
      dff: column('dff'),
      rate: column('rate'),
      eventS: Float64Array.from(ring?.events.filter((frame) => frame >= first) ?? [], (frame) =>
        this.#at(frame),
      ),
    };
  }

  /** Room for so many cells, each with as much of its past as fits. */
  #resize(places: number): void {
    const capacity = Math.floor(this.#mostBytes / (8 + 4 * TRACED.length * places));
    const before = { timeS: this.#timeS, columns: this.#columns, capacity: this.capacity };
    const oldest = Math.max(this.#oldest, this.#frames - capacity);
    this.#timeS = new Float64Array(capacity);
    this.#columns = columnsOf(places * capacity);
    this.#places = places;
    this.#oldest = oldest;
    let frame = oldest;
    while (frame < this.#frames) {
      const [from, to] = [frame % before.capacity, frame % capacity];
      const some = Math.min(this.#frames - frame, before.capacity - from, capacity - to);
      this.#timeS.set(before.timeS.subarray(from, from + some), to);
      for (const [at, { place }] of [...this.#rings.values()].entries()) {
        const start = place * before.capacity + from;
        for (const name of TRACED) {
          this.#columns[name].set(before.columns[name].subarray(start, start + some), at * capacity + to);
        }
      }
      frame += some;
    }
    for (const [at, ring] of [...this.#rings.values()].entries()) ring.place = at;
  }

  #at(frame: number): number {
    return this.#timeS[frame % this.capacity]!;
  }
}

function columnsOf(values: number): Record<Traced, Float32Array> {
  return {
    counts: new Float32Array(values),
    dff: new Float32Array(values),
    rate: new Float32Array(values),
  };
}
