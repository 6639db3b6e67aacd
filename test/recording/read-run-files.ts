import { join } from 'node:path';
import type { FateRow } from '#recording/fate-block.ts';
import { readFates, readTracks } from '#recording/read-recording.ts';
import { allRows } from './example-run.ts';

/** Rows of the frames of a run. */
export async function fatesOf(folder: string): Promise<FateRow[]> {
  const rows: FateRow[] = [];
  for await (const row of readFates(join(folder, 'frames.arrows'))) rows.push(row);
  return rows;
}

/** Rows of the tracks of a run. */
export const tracksOf = (folder: string) => allRows(readTracks(join(folder, 'tracks.arrows')));
