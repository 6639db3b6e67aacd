import { describe, expect, test } from 'vitest';
import { columnOf, filterRows, groupRows, numberTable, sortRows } from '#calcium/number-table.ts';

const table = numberTable({
  frame: Int32Array.of(2, 0, 2, 1, 0),
  x: Float64Array.of(5, 4, 3, Number.NaN, 1),
  id: BigInt64Array.of(10n, 11n, 12n, 13n, 14n),
});
const ids = ({ columns }: { columns: Readonly<Record<string, ArrayLike<number | bigint>>> }) =>
  Array.from(columns.id!, Number);

describe('a table of localizations', () => {
  test('is filtered by what a row holds, and keeps the types of its columns', () => {
    const near = filterRows(table, (row) => row('x') > 2 && row('frame') === 2);
    expect(near).toEqual({
      rows: 2,
      columns: { frame: Int32Array.of(2, 2), x: Float64Array.of(5, 3), id: BigInt64Array.of(10n, 12n) },
    });
  });

  test('is sorted by one column and then the next, with NaN last and equal rows as they were', () => {
    expect(ids(sortRows(table, 'frame', 'x'))).toEqual([14, 11, 13, 12, 10]);
    expect(ids(sortRows(table, 'frame'))).toEqual([11, 14, 13, 10, 12]);
    expect(ids(sortRows(table, 'x'))).toEqual([14, 12, 11, 10, 13]);
    expect(ids(table)).toEqual([10, 11, 12, 13, 14]);
  });

  test('is grouped by the numbers of a column, smallest first, NaN in one group', () => {
    const byFrame = groupRows(table, 'frame');
    expect([...byFrame].map(([frame, rows]) => [frame, ids(rows)])).toEqual([
      [0, [11, 14]],
      [1, [13]],
      [2, [10, 12]],
    ]);
    const twice = numberTable({ x: Float64Array.of(Number.NaN, 1, Number.NaN), id: Int8Array.of(1, 2, 3) });
    expect([...groupRows(twice, 'x').keys()]).toEqual([1, Number.NaN]);
    expect(columnOf(groupRows(twice, 'x').get(Number.NaN)!, 'id')).toEqual(Float64Array.of(1, 3));
  });

  test('without rows stays one', () => {
    const empty = filterRows(table, () => false);
    expect(empty.rows).toBe(0);
    expect(sortRows(empty, 'x').columns.x).toEqual(new Float64Array(0));
    expect(groupRows(empty, 'frame').size).toBe(0);
  });

  test('refuses columns of other lengths, and names those there are', () => {
    expect(() => numberTable({ a: Int8Array.of(1), b: Int8Array.of(1, 2) })).toThrow(
      'b: expected 1 rows, received 2',
    );
    expect(() => sortRows(table, 'y')).toThrow('expected a column y, received frame, x, id');
    expect(() => filterRows(table, (row) => row('toString') > 0)).toThrow('expected a column toString');
  });
});
