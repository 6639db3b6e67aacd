import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Schema } from 'apache-arrow';
import { endedBytes } from './arrow-stream.ts';
import { BatchEncoder, END_OF_STREAM } from './batch-encoder.ts';
import { FateBlock } from './fate-block.ts';
import { readFates } from './read-recording.ts';
import { WAITING_FRAMES } from './run-record.ts';
import { streamExtent } from './stream-extent.ts';
import { FRAMES_FORMAT, framesSchema } from './stream-schema.ts';

/**
 * Adds to a `frames.arrows` that has its end the rows that waited as its recorder was killed, and takes their files away.
 * @returns rows added
 * @throws {RecordingError} when it is missing or foreign
 */
export async function settleFrames(path: string): Promise<number> {
  const { rows: settled, schema } = await streamExtent(path, [FRAMES_FORMAT]);
  const bytes = await endedBytes(path, FRAMES_FORMAT);
  const ours = framesSchema();
  // Rows of another version would not fit.
  const isOurs = String(new Schema(schema.fields)) === String(new Schema(ours.fields));
  if (bytes === null || !isOurs) return 0;
  const block = new FateBlock();
  let row = 0;
  for await (const fate of readFates(path)) if (row++ >= settled) block.add(fate);
  if (block.rows > 0) {
    const handle = await open(path, 'r+');
    try {
      const batch = new BatchEncoder(ours).encode(block.toArrow(), block.rows);
      const end = bytes - END_OF_STREAM.byteLength;
      await handle.write(Buffer.concat([batch, END_OF_STREAM]), 0, undefined, end);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }
  for (const name of WAITING_FRAMES) await rm(join(dirname(path), name), { force: true });
  return block.rows;
}
