import { type TrackTable, trackTableBytes, trackTableOver } from '#protocol/track-table.ts';
import type { FrameRoom } from './engine-host.ts';

/** A stretch of memory that threads share, named by a number that is never used again. */
export interface SharedStretch {
  readonly memory: number;
  readonly buffer: SharedArrayBuffer;
  readonly byteOffset: number;
  readonly bytes: number;
}

/** Where stretches come from; `drop` is told of one that will not be used again. */
export interface StretchSource {
  allocate(bytes: number): SharedStretch;
  drop(stretch: SharedStretch): void;
}

/** Each stretch a buffer of its own. */
export function separateBuffers(onDrop: (memory: number) => void): StretchSource {
  let next = 0;
  return {
    allocate: (bytes) => ({ memory: next++, buffer: new SharedArrayBuffer(bytes), byteOffset: 0, bytes }),
    drop: ({ memory }) => onDrop(memory),
  };
}

/** Room for a frame, where it is, and how many hold it: 0 while it is free. */
export class SharedRoom implements FrameRoom {
  readonly stretch: SharedStretch;
  pixels: Uint8Array<SharedArrayBuffer>;
  holders = 1;

  constructor(stretch: SharedStretch, bytes: number) {
    this.stretch = stretch;
    this.pixels = new Uint8Array(stretch.buffer, stretch.byteOffset, bytes);
  }

  lend(bytes: number): void {
    this.holders = 1;
    if (this.pixels.length === bytes) return;
    this.pixels = new Uint8Array(this.stretch.buffer, this.stretch.byteOffset, bytes);
  }
}

/** Rooms that grow are made this much larger, so that a frame that gains beads one by one seldom needs new ones. */
const GROWTH = 1.5;

const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** Rooms that go round: filled on receipt, lent to all who read them, handed back. As many as were ever lent at a time. */
export class RoomRing {
  readonly #source: StretchSource;
  #free: SharedRoom[] = [];
  #capacity = 0;

  constructor(source: StretchSource) {
    this.#source = source;
  }

  take(bytes: number): SharedRoom {
    if (bytes > this.#capacity) {
      for (const { stretch } of this.#free.splice(0)) this.#source.drop(stretch);
      this.#capacity = aligned(Math.max(bytes, this.#capacity * GROWTH));
    }
    const room = this.#free.pop();
    if (!room) return new SharedRoom(this.#source.allocate(this.#capacity), bytes);
    room.lend(bytes);
    return room;
  }

  hold(room: FrameRoom): void {
    if (!(room instanceof SharedRoom) || room.holders === 0) throw new RangeError('a room that nobody holds');
    room.holders++;
  }

  give(room: FrameRoom): void {
    if (!(room instanceof SharedRoom) || room.holders === 0 || --room.holders > 0) return;
    if (room.stretch.bytes < this.#capacity) this.#source.drop(room.stretch);
    else this.#free.push(room);
  }
}

/** Tables of every number of frames over one stretch; the columns are made once for each. */
export class TableViews {
  readonly #buffer: SharedArrayBuffer;
  readonly #byteOffset: number;
  readonly #ofFrames = new Map<number, TrackTable>();

  constructor(buffer: SharedArrayBuffer, byteOffset: number) {
    this.#buffer = buffer;
    this.#byteOffset = byteOffset;
  }

  of(frames: number, beads: number, radii: number, fits = false): TrackTable {
    const known = this.#ofFrames.get(frames);
    if (known?.beads === beads && known.radii === radii && known.fits === fits) return known;
    const table = trackTableOver(this.#buffer, frames, beads, radii, this.#byteOffset, fits);
    this.#ofFrames.set(frames, table);
    return table;
  }
}

/** A table and where it is. */
interface LentTable {
  stretch: SharedStretch;
  views: TableViews;
}

/** Tables that go round: lent to the engine, read by the sinks, handed back. */
export class TableRing {
  readonly #source: StretchSource;
  readonly #lent = new Map<TrackTable, LentTable>();
  #free: LentTable[] = [];
  #capacity = 0;

  constructor(source: StretchSource) {
    this.#source = source;
  }

  /** A table with columns of any content, and the stretch it lies in. */
  take(
    frames: number,
    beads: number,
    radii: number,
    fits = false,
  ): { table: TrackTable; stretch: SharedStretch } {
    const bytes = Math.max(8, trackTableBytes(frames, beads, radii, fits));
    if (bytes > this.#capacity) {
      for (const { stretch } of this.#free.splice(0)) this.#source.drop(stretch);
      this.#capacity = aligned(Math.max(bytes, this.#capacity * GROWTH));
    }
    let lent = this.#free.pop();
    if (!lent) {
      const stretch = this.#source.allocate(this.#capacity);
      lent = { stretch, views: new TableViews(stretch.buffer, stretch.byteOffset) };
    }
    const table = lent.views.of(frames, beads, radii, fits);
    this.#lent.set(table, lent);
    return { table, stretch: lent.stretch };
  }

  give(table: TrackTable): void {
    const lent = this.#lent.get(table);
    if (!lent) return;
    this.#lent.delete(table);
    if (lent.stretch.bytes < this.#capacity) this.#source.drop(lent.stretch);
    else this.#free.push(lent);
  }
}
