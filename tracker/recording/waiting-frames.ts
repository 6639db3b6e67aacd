import { dirname, join } from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';
import { readBatches } from './arrow-stream.ts';
import { values } from './batch-columns.ts';
import { WAITING_FRAMES } from './run-record.ts';
import { WAITING_FRAMES_FORMAT } from './stream-schema.ts';

/** Rows that follow those of `frames.arrows`: of a batch, from this one on. */
interface WaitingFrames {
  batch: RecordBatch;
  from: number;
}

/**
 * What follows the rows of a `frames.arrows` in the files of rows that wait, beside it, without a hole: nothing of a run
 * that has ended.
 * @param settledRows rows of `frames.arrows`
 */
export async function* waitingFrames(framesPath: string, settledRows: number): AsyncGenerator<WaitingFrames> {
  const found: (WaitingFrames & { first: number })[] = [];
  for (const name of WAITING_FRAMES) {
    for await (const batch of batchesOf(join(dirname(framesPath), name))) {
      const [first] = values(name, batch, 'row', Uint32Array);
      if (first! + batch.numRows > settledRows) found.push({ batch, first: first!, from: 0 });
    }
  }
  let next = settledRows;
  for (const { batch, first } of found.sort((one, other) => one.first - other.first)) {
    // The rows between were on their way to frames.arrows itself.
    if (first > next) return;
    yield { batch, from: next - first };
    next = first + batch.numRows;
  }
}

/** None where the file is not there, or was begun only. */
async function* batchesOf(path: string): AsyncGenerator<RecordBatch> {
  try {
    yield* readBatches(path, WAITING_FRAMES_FORMAT);
  } catch (cause) {
    if (!(cause instanceof RecordingError)) throw cause;
  }
}
