/** Types of the values of a column. */
export const COLUMN_TYPES = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

export type ColumnType = keyof typeof COLUMN_TYPES;
export type ColumnValues =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** A column of a table that is written. */
export interface ExportColumn {
  name: string;
  type: ColumnType;
  /** Unit and meaning in one sentence. */
  unit: string;
}

/** Rows to write, which are read a block at a time and never all at once. */
export interface ExportTable {
  name: 'tracks' | 'cells';
  columns: readonly ExportColumn[];
  /** In whole record batches when the table was opened: what is recorded later is left out. */
  rows: number;
  /** [column][row] values of `BLOCK_ROWS` rows, fewer in the last block; the next block overwrites them. */
  blocks(): AsyncGenerator<ColumnValues[]>;
}

/** Rows of a block: of a table of tracks, some 8 MB. */
export const BLOCK_ROWS = 1 << 17;

/** Rows to add to a block: the number of them, and the values of each column. */
export interface RowBatch {
  rows: number;
  /** Copies rows [from, to) of a column into a block, from row `at` on. */
  copy(column: number, into: ColumnValues, at: number, from: number, to: number): void;
}

/** Makes blocks of one size of batches of any size; rows after the first `rows` are left out. */
export async function* blocksOf(
  columns: readonly ExportColumn[],
  rows: number,
  batches: AsyncIterable<RowBatch>,
): AsyncGenerator<ColumnValues[]> {
  if (rows === 0) return;
  const block = columns.map(({ type }) => new COLUMN_TYPES[type](Math.min(rows, BLOCK_ROWS)));
  let filled = 0;
  let left = rows;
  for await (const batch of batches) {
    const count = Math.min(batch.rows, left);
    for (let from = 0; from < count; ) {
      const to = Math.min(count, from + BLOCK_ROWS - filled);
      for (const [column, values] of block.entries()) batch.copy(column, values, filled, from, to);
      filled += to - from;
      from = to;
      if (filled < BLOCK_ROWS) continue;
      yield block;
      filled = 0;
    }
    left -= count;
    if (left === 0) break;
  }
  if (filled > 0) yield block.map((values) => values.subarray(0, filled));
}

/** Column of a name in the blocks of a table; the caller knows that it is there. */
export function columnAt(table: ExportTable, name: string): number {
  const at = table.columns.findIndex((column) => column.name === name);
  if (at < 0) throw new Error(`a table of ${table.name} without a column ${name}`);
  return at;
}
