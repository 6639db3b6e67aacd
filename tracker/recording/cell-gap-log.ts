import { type Data, makeData, Uint32, Utf8 } from 'apache-arrow';
import type { AppendFile } from './append-file.ts';
import type { BatchEncoder } from './batch-encoder.ts';
import type { CellGapFate } from './cell-schema.ts';

/** Frames in a row without cells, both included. */
export interface CellGap {
  frame: number;
  lastFrame: number;
  fate: CellGapFate;
}

/** Rows that wait at most while the disk takes none. */
const MOST_WAITING = 4096;

const ascii = new TextEncoder();

/** Writes which frames have no cells: a row for each stretch of them. */
export class CellGapLog {
  readonly file: AppendFile;
  readonly #encoder: BatchEncoder;
  #rows: CellGap[] = [];

  constructor(file: AppendFile, encoder: BatchEncoder) {
    this.file = file;
    this.#encoder = encoder;
  }

  add(gap: CellGap): void {
    const last = this.#rows.at(-1);
    if (last && last.fate === gap.fate && gap.frame === last.lastFrame + 1) {
      last.lastFrame = gap.lastFrame;
    } else if (last && this.#rows.length >= MOST_WAITING) {
      // One long gap says too much, never too little.
      last.lastFrame = Math.max(last.lastFrame, gap.lastFrame);
      last.fate = 'recorder-overrun';
    } else this.#rows.push({ ...gap });
  }

  /** Hands the rows to the file. */
  flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.file.push(this.#encoder.encode(toArrow(rows), rows.length), rows.length);
    this.#rows = [];
  }
}

/** The rows as Arrow columns in the order of `cellGapsSchema`. */
function toArrow(rows: readonly CellGap[]): Data[] {
  const facts = { length: rows.length, nullCount: 0 };
  const valueOffsets = new Int32Array(rows.length + 1);
  rows.forEach(({ fate }, row) => {
    valueOffsets[row + 1] = valueOffsets[row]! + fate.length;
  });
  const numbers = (column: 'frame' | 'lastFrame') =>
    makeData({ ...facts, type: new Uint32(), data: Uint32Array.from(rows, (row) => row[column]) });
  const data = ascii.encode(rows.map(({ fate }) => fate).join(''));
  return [
    numbers('frame'),
    numbers('lastFrame'),
    makeData({ ...facts, type: new Utf8(), valueOffsets, data }),
  ];
}
