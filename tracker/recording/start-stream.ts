import type { Schema } from 'apache-arrow';
import type { FileAccess } from './append-file.ts';
import { BatchEncoder } from './batch-encoder.ts';

/** A stream whose header is in the file already. */
export interface StartedStream {
  access: FileAccess;
  encoder: BatchEncoder;
}

/** A file whose header is on the disk: whatever happens later, it can be read. */
export async function startStream(access: FileAccess, schema: Schema): Promise<StartedStream> {
  const encoder = new BatchEncoder(schema);
  await access.write(encoder.header, 0);
  await access.sync();
  return { access, encoder };
}
