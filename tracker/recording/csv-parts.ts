import { csvHeader, csvLines } from './csv.ts';
import { readTracks } from './read-recording.ts';

/** Characters of a part: large enough for a socket, small beside everything else. */
const PART_LENGTH = 256 << 10;

/** Rows formatted at a time. */
const ROWS = 2048;

/**
 * The CSV of a `tracks.arrows` in parts of about 256 kB, each made when it is asked for: the same text as an export's.
 * @throws {RecordingError} when the file is missing or foreign
 */
export async function* csvParts(path: string): AsyncGenerator<string> {
  let part = '';
  let isFirst = true;
  for await (const columns of readTracks(path)) {
    if (isFirst) part = csvHeader(columns.fit !== null);
    isFirst = false;
    for (let from = 0; from < columns.rows; from += ROWS) {
      part += csvLines(columns, from, Math.min(columns.rows, from + ROWS));
      if (part.length < PART_LENGTH) continue;
      yield part;
      part = '';
    }
  }
  yield isFirst ? csvHeader(false) : part;
}
