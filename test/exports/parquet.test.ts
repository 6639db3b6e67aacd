import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadata, parquetRead } from 'hyparquet';
import { expect, test } from 'vitest';
import { writeParquet } from '#exports/parquet.ts';
import { COLUMN_TYPES, type ColumnValues } from '#exports/table.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { anyTable, bytesOf, FACTS, knownTable } from './random-source.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `${files++}.parquet`);

test('every value of any table comes back bit for bit, a row group a block', async () => {
  await fc.assert(
    fc.asyncProperty(anyTable, async ({ table, values }) => {
      const path = newPath();
      expect(await writeParquet(path, table, FACTS)).toBe(table.rows);
      const rows: unknown[][] = [];
      await parquetRead({
        file: await asyncBufferFromFile(path),
        onComplete: (read) => rows.push(...(read as unknown[][])),
      });
      expect(rows).toHaveLength(table.rows);
      for (const [column, { name, type }] of table.columns.entries()) {
        const read = new COLUMN_TYPES[type](table.rows) as ColumnValues;
        for (const [row, cells] of rows.entries()) read[row] = cells[column] as never;
        expect(bytesOf(read).equals(bytesOf(values[column]!)), name).toBe(true);
      }
    }),
    { seed: 9, numRuns: 30 },
  );
});

test('the footer names types, rows and every fact of the export', async () => {
  const path = newPath();
  const { table } = knownTable(4, [30, 30, 5]);
  await writeParquet(path, table, FACTS);
  const bytes = readFileSync(path);
  expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
  const { buffer, byteOffset, byteLength } = bytes;
  const footer = parquetMetadata(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
  expect(footer.num_rows).toBe(65n);
  expect(footer.row_groups.map((group) => Number(group.num_rows))).toEqual([30, 30, 5]);
  expect(footer.created_by).toBe('tweezertrack 0.0.0');
  const types = footer.schema.slice(1).map((field) => [field.name, field.converted_type ?? field.type]);
  expect(Object.fromEntries(types)).toMatchObject({
    frame: 'UINT_32',
    timeNs: 'INT64',
    xNm: 'DOUBLE',
    score: 'FLOAT',
    status: 'UINT_16',
  });
  const facts = footer.key_value_metadata!.map(({ key, value }) => [key, JSON.parse(value!)]);
  expect(Object.fromEntries(facts)).toEqual(FACTS);
});
