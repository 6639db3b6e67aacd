import { type Data, Float32, Int64, makeData, Uint8, Uint16, Uint32 } from 'apache-arrow';
import { CELL_COLUMNS, type CellColumn } from '#protocol/calcium-live.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';

/** Rows of cells as columns, [row], a row for each cell of each frame; only the first `rows` count. */
export interface CellColumns extends Record<CellColumn, Float32Array> {
  rows: number;
  frame: Uint32Array;
  timeNs: BigInt64Array;
  cell: Uint16Array;
  /** 1 where an event was found. */
  event: Uint8Array;
}

/** Cells waiting to be written: columns allocated once and filled again and again. */
export class CellBlock {
  #columns: CellColumns;

  /** @param capacity rows; one frame with more cells than that makes the block grow */
  constructor(capacity: number) {
    this.#columns = columnsOf(capacity);
  }

  get rows(): number {
    return this.#columns.rows;
  }

  clear(): void {
    this.#columns.rows = 0;
  }

  /**
   * Copies frames [from, to) of a batch, as many as fit; at least one if the block is empty.
   * @returns the first frame that did not fit
   */
  add({ frames, cells, columns, events }: MeasuredCells, from: number, to: number): number {
    const each = cells.length;
    if (this.rows === 0 && each > this.#columns.frame.length) this.#columns = columnsOf(each);
    const into = this.#columns;
    const start = into.rows;
    const room = each === 0 ? frames.length : Math.floor((into.frame.length - start) / each);
    const after = Math.min(to, from + room);
    for (let index = from; index < after; index++) {
      const { id, timeNs } = frames[index]!;
      const row = into.rows;
      into.frame.fill(id, row, row + each);
      into.timeNs.fill(timeNs, row, row + each);
      into.cell.set(cells, row);
      into.rows += each;
    }
    const [first, end] = [from * each, after * each];
    for (const name of CELL_COLUMNS) into[name].set(columns[name].subarray(first, end), start);
    into.event.set(events.subarray(first, end), start);
    return after;
  }

  /** The rows as Arrow columns in the order of `cellsSchema`, over the block's own memory. */
  toArrow(): Data[] {
    const { rows: length, frame, timeNs, cell, event } = this.#columns;
    const facts = { length, nullCount: 0 };
    return [
      makeData({ ...facts, type: new Uint32(), data: frame.subarray(0, length) }),
      makeData({ ...facts, type: new Int64(), data: timeNs.subarray(0, length) }),
      makeData({ ...facts, type: new Uint16(), data: cell.subarray(0, length) }),
      ...CELL_COLUMNS.map((name) =>
        makeData({ ...facts, type: new Float32(), data: this.#columns[name].subarray(0, length) }),
      ),
      makeData({ ...facts, type: new Uint8(), data: event.subarray(0, length) }),
    ];
  }
}

function columnsOf(capacity: number): CellColumns {
  const column = () => new Float32Array(capacity);
  return {
    rows: 0,
    frame: new Uint32Array(capacity),
    timeNs: new BigInt64Array(capacity),
    cell: new Uint16Array(capacity),
    counts: column(),
    neuropil: column(),
    baseline: column(),
    dff: column(),
    noise: column(),
    rate: column(),
    event: new Uint8Array(capacity),
  };
}
