import { stat } from 'node:fs/promises';
import { createCsvWriter } from './csv.ts';
import { openRun } from './read-recording.ts';
import { readPositionedTracks } from './recorded-positions.ts';

/**
 * Writes the tracks of a run folder or of a `.arrows` file as CSV, a record batch at a time, with where motors were.
 * @returns rows written
 * @throws {OutputExistsError} when the CSV exists and `force` is not set
 * @throws {RecordingError} when the recording cannot be read or the CSV cannot be written
 */
export async function exportCsv(source: string, csvPath: string, { force = false } = {}): Promise<number> {
  const isFolder = (await stat(source).catch(() => null))?.isDirectory() ?? false;
  const path = isFolder ? (await openRun(source)).tracksPath : source;
  const { names, tracks: batches } = await readPositionedTracks(path);
  let rows = 0;
  try {
    // The source first: a wrong one must not leave an empty CSV behind.
    let batch = await batches.next();
    const writer = createCsvWriter(csvPath, { force, fits: Boolean(batch.value?.fit), positions: names });
    try {
      for (; !batch.done; batch = await batches.next()) {
        writer.write(batch.value);
        rows += batch.value.rows;
      }
    } finally {
      writer.close();
    }
  } finally {
    await batches.return(undefined);
  }
  return rows;
}
