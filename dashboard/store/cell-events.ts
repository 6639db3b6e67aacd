import type { CellEventsMessage } from '#protocol/calcium-live.ts';

/** One event of a cell. */
export interface CellEvent {
  /** Counts the events of this page. */
  key: number;
  cell: number;
  frame: number;
  timeS: number;
  dff: number;
}

/** The last events of all cells in typed columns; a full one forgets the oldest. */
export class CellEvents {
  readonly #cells: Uint16Array;
  readonly #frames: Float64Array;
  readonly #timeS: Float64Array;
  readonly #dff: Float32Array;
  #added = 0;
  #kept = 0;

  /** @param capacity events it remembers */
  constructor(capacity: number) {
    this.#cells = new Uint16Array(capacity);
    this.#frames = new Float64Array(capacity);
    this.#timeS = new Float64Array(capacity);
    this.#dff = new Float32Array(capacity);
  }

  get length(): number {
    return this.#kept;
  }

  /** Takes events; one of an earlier frame than the newest begins anew, because the run did. */
  add({ cells, frames, timeS, dff }: Omit<CellEventsMessage, 'type'>): void {
    const capacity = this.#cells.length;
    for (const [at, cell] of cells.entries()) {
      if (this.#kept > 0 && timeS[at]! < this.#timeS[(this.#added - 1) % capacity]!) this.clear();
      const to = this.#added % capacity;
      this.#cells[to] = cell;
      this.#frames[to] = frames[at]!;
      this.#timeS[to] = timeS[at]!;
      this.#dff[to] = dff[at]!;
      this.#added++;
      this.#kept = Math.min(capacity, this.#kept + 1);
    }
  }

  clear(): void {
    this.#kept = 0;
  }

  /** Events from a time on, the newest first, at most so many. */
  newest(most: number, fromS = Number.NEGATIVE_INFINITY): CellEvent[] {
    const events: CellEvent[] = [];
    for (let back = 1; back <= Math.min(most, this.#kept); back++) {
      const key = this.#added - back;
      const at = key % this.#cells.length;
      if (this.#timeS[at]! < fromS) break;
      const [cell, frame] = [this.#cells[at]!, this.#frames[at]!];
      events.push({ key, cell, frame, timeS: this.#timeS[at]!, dff: this.#dff[at]! });
    }
    return events;
  }

  /** Tells of every event from a time on without an object for each, the newest first. */
  visit(fromS: number, tell: (cell: number, timeS: number) => void): void {
    for (let back = 1; back <= this.#kept; back++) {
      const at = (this.#added - back) % this.#cells.length;
      if (this.#timeS[at]! < fromS) return;
      tell(this.#cells[at]!, this.#timeS[at]!);
    }
  }
}
