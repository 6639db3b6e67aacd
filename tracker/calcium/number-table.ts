import type { NpyData } from '#protocol/npy.ts';
import { CalciumError } from './calcium-error.ts';

/** A table of numbers by column, as localizations are kept: frame, x, y, intensity and whatever else was fitted. */
export interface NumberTable {
  readonly rows: number;
  /** [row] by name, in the order of the file. */
  readonly columns: Readonly<Record<string, NpyData>>;
}

/**
 * A table of columns.
 * @throws {CalciumError} naming the first that is of another length than the one before
 */
export function numberTable(columns: Readonly<Record<string, NpyData>>): NumberTable {
  const rows = Object.values(columns)[0]?.length ?? 0;
  for (const [name, { length }] of Object.entries(columns)) {
    if (length === rows) continue;
    throw new CalciumError({ where: `numberTable ${name}`, expected: `${rows} rows`, received: `${length}` });
  }
  return { rows, columns };
}

/**
 * One column in float64; whole numbers above 2^53 lose their last digits.
 * @throws {CalciumError} naming those there are
 */
export function columnOf(table: NumberTable, name: string): Float64Array {
  return Float64Array.from<number | bigint>(requireColumn(table, name), Number);
}

/** A row to look at: its number in a column. */
export type RowView = (name: string) => number;

/**
 * Rows for which `keep` holds, in their order.
 * @throws {CalciumError} if it asks for a column that is not there
 */
export function filterRows(table: NumberTable, keep: (row: RowView, index: number) => boolean): NumberTable {
  const kept: number[] = [];
  for (let index = 0; index < table.rows; index++) {
    if (keep((name) => Number(requireColumn(table, name)[index]), index)) kept.push(index);
  }
  return takeRows(table, kept);
}

/**
 * Rows by the first of these columns, where it is equal by the next; equal rows keep their order and NaN comes last,
 * as `numpy.sort(table, order=[...], kind='stable')` has it.
 * @throws {CalciumError} if there is no such column
 */
export function sortRows(table: NumberTable, ...by: string[]): NumberTable {
  const keys = by.map((name) => requireColumn(table, name));
  const order = Array.from({ length: table.rows }, (_, index) => index);
  order.sort((a, b) => {
    for (const key of keys) {
      const difference = compare(key[a]!, key[b]!);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  return takeRows(table, order);
}

/**
 * Rows by their number in a column, as `numpy.unique` gives it: smallest first, all NaN in one group at the end.
 * @throws {CalciumError} if there is no such column
 */
export function groupRows(table: NumberTable, by: string): Map<number, NumberTable> {
  const found = new Map<number, number[]>();
  for (const [index, key] of columnOf(table, by).entries()) {
    const rows = found.get(key);
    if (rows) rows.push(index);
    else found.set(key, [index]);
  }
  const sorted = [...found].sort(([a], [b]) => compare(a, b));
  return new Map(sorted.map(([key, rows]) => [key, takeRows(table, rows)]));
}

/** These rows of a table, in this order. */
function takeRows({ columns }: NumberTable, rows: readonly number[]): NumberTable {
  const taken = Object.entries(columns).map(([name, values]) => {
    const part = values.slice(0, rows.length);
    for (const [to, from] of rows.entries()) part[to] = values[from]!;
    return [name, part] as const;
  });
  return { rows: rows.length, columns: Object.fromEntries(taken) };
}

function requireColumn({ columns }: NumberTable, name: string): NpyData {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (column) return column;
  const received = Object.keys(columns).join(', ') || 'none';
  throw new CalciumError({ where: 'table', expected: `a column ${name}`, received });
}

function compare(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
