import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import type { CellColumns } from './cell-block.ts';
import { shortestFloat32 } from './csv.ts';
import { OutputFile } from './output-file.ts';
import { readCells } from './read-cells.ts';
import { openRun } from './read-recording.ts';

/** First line of every CSV of cells. */
export const CELLS_CSV_HEADER = `frame,timeNs,cell,${CELL_COLUMNS.join(',')},event\n`;

const ROWS_PER_WRITE = 8192;

/** Lines of rows [from, to): the shortest decimals that read back to the same value, `NaN` for what is not known. */
export function cellLines(columns: Readonly<CellColumns>, from: number, to: number): string {
  const { frame, timeNs, cell, event } = columns;
  let lines = '';
  for (let row = from; row < to; row++) {
    lines += `${frame[row]},${timeNs[row]},${cell[row]}`;
    for (const name of CELL_COLUMNS) lines += `,${shortestFloat32(columns[name][row]!)}`;
    lines += `,${event[row]}\n`;
  }
  return lines;
}

/**
 * Writes the cells of a run folder as CSV, a record batch at a time.
 * @returns rows written
 * @throws {OutputExistsError} when the CSV exists and `force` is not set
 * @throws {RecordingError} when the run has no cells that can be read, or the CSV cannot be written
 */
export async function exportCells(source: string, csvPath: string, { force = false } = {}): Promise<number> {
  const batches = readCells((await openRun(source)).cellsPath);
  let rows = 0;
  try {
    // The source first: a wrong one must not leave an empty CSV behind.
    let batch = await batches.next();
    const file = new OutputFile(csvPath, force);
    try {
      file.write(Buffer.from(CELLS_CSV_HEADER));
      for (; !batch.done; batch = await batches.next()) {
        const columns = batch.value;
        for (let from = 0; from < columns.rows; from += ROWS_PER_WRITE) {
          file.write(Buffer.from(cellLines(columns, from, Math.min(columns.rows, from + ROWS_PER_WRITE))));
        }
        rows += columns.rows;
      }
    } finally {
      file.close();
    }
  } finally {
    await batches.return(undefined);
  }
  return rows;
}
