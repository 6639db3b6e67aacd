import type { CellTrace } from '#protocol/calcium-live.ts';
import { thinnedFrames } from './thinned-frames.ts';

/** What is remembered of all cells together, bytes, and for how long at most. */
const MOST_BYTES = 48 << 20;
const LONGEST_S = 3600;
/** Rings of fewer cells are no longer than these. */
const LEAST_CELLS = 16;

const TRACED = ['counts', 'dff', 'rate'] as const;
type Traced = (typeof TRACED)[number];
type CellRing = Record<Traced, Float32Array> & { since: number; events: number[] };

/** Columns of one frame, [cell] from `firstRow` on. */
export type FrameColumns = Record<Traced, ArrayLike<number>>;

/**
 * The last frames of every cell, as many as fit into a fixed number of bytes.
 * Frames are counted from 0, so that each who watches says which was the last they got.
 */
export class CellRings {
  readonly #mostBytes: number;
  readonly #rings = new Map<number, CellRing>();
  #timeS = new Float64Array(0);
  #order: CellRing[] = [];
  #cells: Uint16Array = new Uint16Array(0);
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
    this.#cells = cells.slice();
    // In powers of two: a cell more or less seldom changes the room of all.
    const places = 2 ** Math.ceil(Math.log2(Math.max(cells.length, LEAST_CELLS)));
    const capacity = Math.floor(this.#mostBytes / (8 + 4 * TRACED.length * places));
    const before = new Map(this.#rings);
    this.#rings.clear();
    const resized = capacity !== this.capacity;
    const kept = Math.min(this.#frames - this.#oldest, capacity);
    const oldest = this.#frames - kept;
    const moved = <Column extends Float32Array | Float64Array>(from: Column, to: Column): Column => {
      let frame = oldest;
      while (frame < this.#frames) {
        const [source, target] = [frame % from.length, frame % to.length];
        const some = Math.min(this.#frames - frame, from.length - source, to.length - target);
        to.set(from.subarray(source, source + some), target);
        frame += some;
      }
      return to;
    };
    for (const cell of this.#cells) {
      const ring = before.get(cell);
      const column = (name: Traced) => {
        const fresh = () => new Float32Array(capacity);
        return ring ? (resized ? moved(ring[name], fresh()) : ring[name]) : fresh();
      };
      const columns = { counts: column('counts'), dff: column('dff'), rate: column('rate') };
      this.#rings.set(cell, { ...columns, since: ring?.since ?? this.#frames, events: ring?.events ?? [] });
    }
    if (resized) {
      this.#timeS = moved(this.#timeS, new Float64Array(capacity));
      this.#oldest = oldest;
    }
    this.#order = [...this.#cells].map((cell) => this.#rings.get(cell)!);
  }

  /** Takes a frame: columns [cell] in the order of `follow`, from `firstRow` on. */
  add(timeS: number, columns: FrameColumns, firstRow: number): void {
    const { capacity } = this;
    const slot = this.#frames % capacity;
    this.#timeS[slot] = timeS;
    for (const name of TRACED) {
      const values = columns[name];
      for (let index = 0; index < this.#order.length; index++) {
        this.#order[index]![name][slot] = values[firstRow + index]!;
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
    const slots = ring
      ? thinnedFrames(
          first,
          this.#frames,
          (frame) => ring.dff[frame % capacity]!,
          (frame) => ring.rate[frame % capacity]!,
        )
      : [];
    for (let index = 0; index < slots.length; index++) slots[index]! %= capacity;
    const column = (name: Traced) => Float32Array.from(slots, (slot) => ring![name][slot]!);
    return {
      cell,
      timeS: Float64Array.from(slots, (slot) => this.#timeS[slot]!),
      counts: column('counts'),
      dff: column('dff'),
      rate: column('rate'),
      eventS: Float64Array.from(ring?.events.filter((frame) => frame >= first) ?? [], (frame) =>
        this.#at(frame),
      ),
    };
  }

  #at(frame: number): number {
    return this.#timeS[frame % this.capacity]!;
  }
}
