import { CELLS_CSV_HEADER, cellLines } from './cells-csv.ts';
import { csvHeader, csvLines } from './csv.ts';
import { readCells } from './read-cells.ts';
import { readPositionedTracks } from './recorded-positions.ts';

/** Characters of a part: large enough for a socket, small beside everything else. */
const PART_LENGTH = 256 << 10;

/** Rows formatted at a time. */
const ROWS = 2048;

/**
 * The CSV of a `tracks.arrows` in parts of about 256 kB, each made when it is asked for: the same text as an export's.
 * @throws {RecordingError} when the file is missing or foreign
 */
export async function* csvParts(path: string): AsyncGenerator<string> {
  const { names, tracks } = await readPositionedTracks(path);
  yield* parts(tracks, (first) => csvHeader(first?.fit != null, names), csvLines);
}

/** As `csvParts`, of a `cells.arrows`. */
export async function* cellCsvParts(path: string): AsyncGenerator<string> {
  yield* parts(readCells(path), () => CELLS_CSV_HEADER, cellLines);
}

async function* parts<Columns extends { rows: number }>(
  batches: AsyncIterable<Columns>,
  header: (first: Columns | null) => string,
  lines: (columns: Columns, from: number, to: number) => string,
): AsyncGenerator<string> {
  let part: string | null = null;
  for await (const columns of batches) {
    part ??= header(columns);
    for (let from = 0; from < columns.rows; from += ROWS) {
      part += lines(columns, from, Math.min(columns.rows, from + ROWS));
      if (part.length < PART_LENGTH) continue;
      yield part;
      part = '';
    }
  }
  yield part ?? header(null);
}
