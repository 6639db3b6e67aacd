import type { Schema } from 'apache-arrow';
import { messageAt, openArrowStream } from './arrow-stream.ts';
import { ReadAhead } from './read-ahead.ts';

/** How far the rows of a stream of ours reach. */
export interface StreamExtent {
  format: string;
  schema: Schema;
  /** Whole record batches, and rows in them. */
  batches: number;
  rows: number;
  fileBytes: number;
  /** Bytes up to the end of the last whole batch. */
  wholeBytes: number;
  /** Whether the end-of-stream mark follows. */
  hasEnd: boolean;
}

/**
 * Counts the rows of a stream by the heads of its batches, of which none is read.
 * @param formats accepted values of the schema metadata's `format`
 * @throws {RecordingError} when it is missing, foreign, or cut before the end of its header
 */
export async function streamExtent(path: string, formats: readonly string[]): Promise<StreamExtent> {
  const { handle, fileBytes, format, header } = await openArrowStream(path, formats);
  try {
    const ahead = new ReadAhead(handle);
    const extent = { format, schema: header.schema!, batches: 0, rows: 0, fileBytes, wholeBytes: header.end };
    for (;;) {
      const span = await messageAt(ahead, extent.wholeBytes, fileBytes);
      if (span?.kind !== 'batch' || !span.batch) return { ...extent, hasEnd: span?.kind === 'end' };
      extent.batches++;
      extent.rows += span.batch.rows;
      extent.wholeBytes = span.end;
    }
  } finally {
    await handle.close();
  }
}
