import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { OutputFile } from '#recording/output-file.ts';
import type { ExportFacts } from './facts.ts';
import type { ColumnType, ColumnValues, ExportTable } from './table.ts';

const PHYSICAL: Record<ColumnType, Pick<SchemaElement, 'type' | 'converted_type'>> = {
  u8: { type: 'INT32', converted_type: 'UINT_8' },
  u16: { type: 'INT32', converted_type: 'UINT_16' },
  u32: { type: 'INT32', converted_type: 'UINT_32' },
  i64: { type: 'INT64' },
  f32: { type: 'FLOAT' },
  f64: { type: 'DOUBLE' },
};

const LAST_INT32 = 2 ** 31 - 1;

/** Columns of few values that follow one another; looking for repetition in the others takes long and finds none. */
const REPEATED = new Set(['bead', 'cell', 'status', 'event']);

/**
 * Writes a table as Parquet, a row group a block; no value is null, what is not known is NaN.
 * Key-value metadata: every fact of the export as JSON under its name.
 * @returns rows written
 * @throws {RecordingError} when the recording cannot be read or the disk does not take it
 */
export async function writeParquet(path: string, table: ExportTable, facts: ExportFacts): Promise<number> {
  const file = new OutputFile(path, false);
  try {
    const bytes = new ByteWriter() as ByteWriter & { index: number };
    const flush = () => {
      file.write(bytes.getBytes());
      bytes.index = 0;
    };
    const writer = new ParquetWriter({
      writer: Object.assign(bytes, { flush, finish: flush }),
      schema: schemaOf(table),
      kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value: JSON.stringify(value) })),
      createdBy: `tweezertrack ${facts.tweezertrack}`,
    });
    let rows = 0;
    for await (const block of table.blocks()) {
      const columnData = table.columns.map(({ name }, column) => {
        return {
          name,
          data: acceptable(block[column]!),
          ...(!REPEATED.has(name) && { encoding: 'PLAIN' as const }),
        };
      });
      await writer.write({ columnData, rowGroupSize: block[0]!.length });
      rows += block[0]!.length;
    }
    await writer.finish();
    return rows;
  } finally {
    file.close();
  }
}

/** The writer takes no Uint16Array, and refuses the upper half of a Uint32Array but not of an array. */
function acceptable(values: ColumnValues): Exclude<ColumnValues, Uint16Array> | number[] {
  if (values instanceof Uint16Array) return Uint32Array.from(values);
  return values instanceof Uint32Array && values.some((value) => value > LAST_INT32)
    ? Array.from(values)
    : values;
}

function schemaOf({ columns }: ExportTable): SchemaElement[] {
  const fields = columns.map(({ name, type }) => ({
    name,
    repetition_type: 'REQUIRED' as const,
    ...PHYSICAL[type],
  }));
  return [{ name: 'root', num_children: fields.length }, ...fields];
}
