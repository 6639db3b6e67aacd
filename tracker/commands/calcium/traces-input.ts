import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { NdArray } from '#calcium/nd-array.ts';
import { columnOf, groupRows, type NumberTable } from '#calcium/number-table.ts';
import { tableFromCsv } from '#calcium-files/table-csv.ts';
import { unreadable } from '#camera-adapters/stacks/stack-file.ts';
import { ConfigError } from '#protocol/errors.ts';
import { decodeNpy, npyToFloat64, parseNpyHeader } from '#protocol/npy.ts';

/** Traces of a file. */
export interface TracesInput {
  /** [cell, frame] */
  readonly traces: NdArray<Float64Array>;
  /** Frames a second, Hz, where the file has times; else undefined. */
  readonly fps: number | undefined;
}

/** Columns of `calcium traces` that are drawn, the first that is there. */
const USUAL_COLUMNS = ['dff', 'counts'];

/**
 * Traces of a .csv, as `calcium traces` writes them, or of a .npy [cell, frame] or [frame].
 * @param column of the .csv; without one dF/F, else counts
 * @returns undefined for any other file: it may be a stack
 * @throws {StackError} if the file cannot be read
 * @throws {ConfigError} if there is no such column, or cells have other numbers of frames
 */
export async function readTraces(path: string, column?: string): Promise<TracesInput | undefined> {
  const ending = extname(path).toLowerCase();
  if (ending !== '.csv' && ending !== '.npy') return undefined;
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (ending === '.csv') return tracesOfTable(path, tableFromCsv(bytes.toString('utf8'), path), column);
  const { shape } = parseNpyHeader(bytes, path);
  if (shape.length > 2 || shape.length === 0) return undefined;
  const values = npyToFloat64(decodeNpy(bytes, path));
  return { traces: { shape: shape.length === 1 ? [1, ...shape] : shape, values }, fps: undefined };
}

function tracesOfTable(path: string, table: NumberTable, wanted?: string): TracesInput {
  const names = Object.keys(table.columns);
  const column = wanted ?? USUAL_COLUMNS.find((name) => names.includes(name));
  if (column === undefined || !names.includes(column)) {
    const expected = wanted === undefined ? `a column ${USUAL_COLUMNS.join(' or ')}` : `a column ${wanted}`;
    const remedy = 'name one with --column';
    throw new ConfigError({ where: path, expected, received: names.join(', '), remedy });
  }
  const cells = names.includes('cell') ? [...groupRows(table, 'cell').values()] : [table];
  const frames = cells[0]?.rows ?? 0;
  const uneven = cells.find(({ rows }) => rows !== frames);
  if (frames === 0 || uneven) {
    const received = uneven ? `${uneven.rows} of another` : 'none';
    throw new ConfigError({ where: path, expected: `${frames || 'some'} frames of every cell`, received });
  }
  const values = new Float64Array(cells.length * frames);
  for (const [cell, rows] of cells.entries()) values.set(columnOf(rows, column), cell * frames);
  return { traces: { shape: [cells.length, frames], values }, fps: rateOf(cells[0]!) };
}

function rateOf(cell: NumberTable): number | undefined {
  if (!cell.columns.time_s || cell.rows < 2) return undefined;
  const times = columnOf(cell, 'time_s');
  const span = times.at(-1)! - times[0]!;
  return span > 0 ? (cell.rows - 1) / span : undefined;
}
