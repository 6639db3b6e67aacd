import { RecordingError } from '#protocol/errors.ts';
import { messageAt, openArrowStream } from './arrow-stream.ts';
import { END_OF_STREAM } from './batch-encoder.ts';
import { CELL_GAPS_FORMAT, CELLS_FORMAT } from './cell-schema.ts';
import { reason } from './output-file.ts';
import { FRAMES_FORMAT, ROIS_FORMAT, TRACKS_FORMAT, WAITING_FRAMES_FORMAT } from './stream-schema.ts';

/** Of every stream of a run. */
export const STREAM_FORMATS = [
  TRACKS_FORMAT,
  FRAMES_FORMAT,
  WAITING_FRAMES_FORMAT,
  ROIS_FORMAT,
  CELLS_FORMAT,
  CELL_GAPS_FORMAT,
];

/** What a repair found and did. */
export interface Repair {
  /** Whole record batches in the file. */
  batches: number;
  /** Bytes of a batch that was not whole, now removed. */
  cutBytes: number;
  /** The stream had its end already; the file was left as it is. */
  wasWhole: boolean;
}

/**
 * Ends a stream that a crash cut short, so that every Arrow reader takes it: what follows the last whole batch is
 * removed and the end-of-stream mark is written. Not for a file that is still being recorded.
 * @throws {RecordingError} when the file is missing, foreign, cut before the end of its header, or cannot be written
 */
export async function repairArrowStream(path: string): Promise<Repair> {
  const { handle, fileBytes, header } = await openArrowStream(path, STREAM_FORMATS, 'r+');
  try {
    let end = header.end;
    let batches = 0;
    let span = await messageAt(handle, end, fileBytes);
    while (span?.kind === 'batch') {
      batches++;
      end = span.end;
      span = await messageAt(handle, end, fileBytes);
    }
    if (span?.kind === 'end') return { batches, cutBytes: 0, wasWhole: true };
    // The mark first: should this be interrupted too, readers stop at it whatever follows.
    await handle.write(END_OF_STREAM, 0, END_OF_STREAM.byteLength, end);
    await handle.truncate(end + END_OF_STREAM.byteLength);
    await handle.datasync();
    return { batches, cutBytes: fileBytes - end, wasWhole: false };
  } catch (cause) {
    throw new RecordingError(
      { where: path, expected: 'a file that can be repaired', received: reason(cause) },
      cause,
    );
  } finally {
    await handle.close();
  }
}
