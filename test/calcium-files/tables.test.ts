import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filterRows, numberTable, sortRows } from '#calcium/number-table.ts';
import { decodeTable, encodeTable } from '#calcium-files/structured-npy.ts';
import { tableFromCsv, tableToCsv } from '#calcium-files/table-csv.ts';
import { StackError } from '#protocol/errors.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const columns = {
  frame: Int32Array.of(3, 0, 3),
  x: Float64Array.of(1.5, Number.NaN, -0.1),
  intensity: Float32Array.of(100.25, 2e10, 0),
  kind: Uint8Array.of(1, 2, 255),
};
const table = numberTable(columns);

describe('a structured .npy', () => {
  test('comes back column for column', () => {
    expect(decodeTable(encodeTable(table))).toEqual(table);
    const empty = filterRows(table, () => false);
    expect(decodeTable(encodeTable(empty))).toEqual(empty);
  });

  test('that is cut off anywhere, or is none, is refused', () => {
    const bytes = encodeTable(table);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeTable(bytes.subarray(0, length), 'a.npy')).toThrow(StackError);
    }
    expect(() => decodeTable(encodeNpy(columns.frame, [3]), 'a.npy')).toThrow('expected one axis of records');
    const words = encodeNpy(new Uint8Array(8), [1], "[('name', '<U2')]");
    expect(() => decodeTable(words, 'a.npy')).toThrow(
      'a.npy field name: expected one number a row, received <U2',
    );
    const arrays = encodeNpy(new Uint8Array(8), [1], "[('at', '<f4', (2,))]");
    expect(() => decodeTable(arrays, 'a.npy')).toThrow(
      'field at: expected one number a row, received an array',
    );
  });
});

describe(`structured arrays of NumPy${skippedWithout('numpy')}`, () => {
  const withNumPy = test.skipIf(!pythonWith('numpy'));

  withNumPy('are read in every layout and byte order', () => {
    const script = `
import numpy as np, sys
rows = [(3, 1.5, 100.25, 1), (0, np.nan, 2e10, 2), (3, -0.1, 0, 255)]
for name, types, how in [('plain', '<i4 <f8 <f4 u1', {}), ('aligned', '<i4 <f8 <f4 u1', dict(align=True)),
                         ('big', '>i4 >f8 >f4 u1', {})]:
    dtype = np.dtype(list(zip(['frame', 'x', 'intensity', 'kind'], types.split())), **how)
    np.save(f'{sys.argv[1]}/{name}.npy', np.array(rows, dtype=dtype))
np.save(f'{sys.argv[1]}/long.npy', np.array([(2**60,)], dtype=[('id', 'i8')]))`;
    runPython(['numpy'], script, folder);
    for (const name of ['plain', 'aligned', 'big']) {
      expect(decodeTable(readFileSync(join(folder, `${name}.npy`))), name).toEqual(table);
    }
    expect(decodeTable(readFileSync(join(folder, 'long.npy'))).columns.id).toEqual(
      BigInt64Array.of(2n ** 60n),
    );
  });

  withNumPy('that we write are read, and sorted as NumPy sorts them', () => {
    const length = 200;
    const localizations = numberTable({
      frame: Uint16Array.from({ length }, (_, row) => (row * 37) % 11),
      x: Float64Array.from({ length }, (_, row) => ((row * 53) % 17) / 3),
      row: Int32Array.from({ length }, (_, row) => row),
    });
    writeFileSync(join(folder, 'ours.npy'), encodeTable(localizations));
    const script = `
import numpy as np, sys
table = np.load(sys.argv[1])
print(table.dtype.descr)
print(*np.sort(table, order=['frame', 'x'], kind='stable')['row'])`;
    const [descr, rows] = runPython(['numpy'], script, join(folder, 'ours.npy')).trim().split('\n');
    expect(descr).toBe("[('frame', '<u2'), ('x', '<f8'), ('row', '<i4')]");
    expect(sortRows(localizations, 'frame', 'x').columns.row!.join(' ')).toBe(rows);
  });
});

describe('a table as CSV', () => {
  test('comes back, whole numbers as such and NaN as an empty cell', () => {
    const text = tableToCsv(numberTable({ frame: columns.frame, x: columns.x }));
    expect(text).toBe('frame,x\n3,1.5\n0,\n3,-0.1\n');
    expect(tableFromCsv(text)).toEqual({ rows: 3, columns: { frame: columns.frame, x: columns.x } });
  });

  test('is read as spreadsheets and NumPy write it', () => {
    const same = { rows: 2, columns: { a: Int32Array.of(1, 2), b: Float64Array.of(0.5, Number.NaN) } };
    expect(tableFromCsv('\uFEFF"a";"b"\r\n1;0.5\r\n2;\r\n')).toEqual(same);
    expect(tableFromCsv('# a,b\n1,0.5\n2,nan\n')).toEqual(same);
    expect(tableFromCsv('a\tb\n1\t5e-1\n2\tNaN')).toEqual(same);
    expect(tableFromCsv('a\n-0\n3000000000').columns.a).toEqual(Float64Array.of(-0, 3e9));
  });

  test('names line and column of what is no number', () => {
    expect(() => tableFromCsv('a,b\n1,2\n3,four', 't.csv')).toThrow(
      "t.csv line 3, b: expected a number, received 'four'",
    );
    expect(() => tableFromCsv('a,b\n1', 't.csv')).toThrow('t.csv line 2: expected 2 cells, received 1');
  });
});
