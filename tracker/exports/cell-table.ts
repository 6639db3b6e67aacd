import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import type { CellColumns } from '#recording/cell-block.ts';
import { readCells } from '#recording/read-cells.ts';
import type { StreamExtent } from '#recording/stream-extent.ts';
import { blocksOf, type ColumnType, type ColumnValues, type ExportTable, type RowBatch } from './table.ts';

/** The calcium traces of a file: one row a cell and frame, in the order of the recording. */
export function cellTable(path: string, { schema, rows }: StreamExtent): ExportTable {
  const units = JSON.parse(schema.metadata.get('units') ?? '{}') as Record<string, string>;
  const column = (name: keyof CellColumns & string, type: ColumnType) => ({
    name,
    type,
    unit: units[name] ?? '',
  });
  const columns = [
    column('frame', 'u32'),
    column('timeNs', 'i64'),
    column('cell', 'u16'),
    ...CELL_COLUMNS.map((name) => column(name, 'f32')),
    column('event', 'u8'),
  ];
  async function* batches(): AsyncGenerator<RowBatch> {
    for await (const batch of readCells(path)) {
      yield {
        rows: batch.rows,
        copy(index, into, at, from, to) {
          const values = batch[columns[index]!.name] as ColumnValues;
          into.set(values.subarray(from, to) as never, at);
        },
      };
    }
  }
  return { name: 'cells', columns, rows, blocks: () => blocksOf(columns, rows, batches()) };
}
