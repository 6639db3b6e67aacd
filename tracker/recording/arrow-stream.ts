import { type FileHandle, open } from 'node:fs/promises';
import { Message, type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';
import { END_OF_STREAM } from './batch-encoder.ts';
import { reason } from './output-file.ts';
import { ReadAhead } from './read-ahead.ts';

/** Where a whole message lies in an Arrow IPC stream: bytes [start, end). */
export interface MessageSpan {
  kind: 'schema' | 'batch' | 'end';
  start: number;
  end: number;
  /** Of a schema message. */
  schema: Schema | null;
  /** Of a record batch. */
  batch: BatchPlace | null;
}

/** Where the columns of a record batch lie. */
export interface BatchPlace {
  rows: number;
  /** [column * 2 + (0: validity, 1: values)] first byte of each buffer in the file. */
  buffers: number[];
  /** [column] */
  nullCounts: number[];
}

/** What is needed of a file to read it. */
export type Readable = Pick<FileHandle, 'read'>;

const CONTINUATION = -1;
const PREFIX_BYTES = 8;

/** Read at once for a message: more than prefix and metadata of a batch of ours, so that one read does. */
const HEAD_BYTES = 1024;

/** Record batches decoded at once: a live run has some of a few kilobytes each, and each read takes its time. */
const GROUP_BYTES = 2 ** 20;

/**
 * The message that starts at this byte, or null when no whole one does: a tail cut by a crash, or not Arrow at all.
 * Source: Arrow columnar format, "Encapsulated message format" (0xFFFFFFFF, metadata length, metadata, body).
 */
export async function messageAt(
  handle: Readable,
  start: number,
  fileBytes: number,
): Promise<MessageSpan | null> {
  if (start + PREFIX_BYTES > fileBytes) return null;
  const head = await readBytes(handle, start, Math.min(HEAD_BYTES, fileBytes - start));
  if (head.byteLength < PREFIX_BYTES) return null;
  const view = new DataView(head.buffer);
  const metadataBytes = view.getInt32(4, true);
  if (view.getInt32(0, true) !== CONTINUATION || metadataBytes < 0) return null;
  const bodyStart = start + PREFIX_BYTES + metadataBytes;
  if (bodyStart > fileBytes) return null;
  if (metadataBytes === 0) return { kind: 'end', start, end: bodyStart, schema: null, batch: null };
  const metadata =
    PREFIX_BYTES + metadataBytes <= head.byteLength
      ? head.subarray(PREFIX_BYTES, PREFIX_BYTES + metadataBytes)
      : await readBytes(handle, start + PREFIX_BYTES, metadataBytes);
  if (metadata.byteLength < metadataBytes) return null;
  let message: Message;
  let schema: Schema | null = null;
  let batch: BatchPlace | null = null;
  try {
    message = Message.decode(metadata);
    const header: unknown = message.header();
    if (message.isSchema()) schema = header as Schema;
    if (message.isRecordBatch()) batch = placeOf(message.header(), bodyStart);
  } catch {
    return null;
  }
  const end = bodyStart + message.bodyLength;
  if (message.bodyLength < 0 || end > fileBytes) return null;
  if (schema) return { kind: 'schema', start, end, schema, batch };
  return batch ? { kind: 'batch', start, end, schema, batch } : null;
}

function placeOf(
  header: {
    length: number;
    nodes: readonly { nullCount: number }[];
    buffers: readonly { offset: number }[];
  },
  bodyStart: number,
): BatchPlace {
  return {
    rows: header.length,
    buffers: header.buffers.map(({ offset }) => bodyStart + offset),
    nullCounts: header.nodes.map(({ nullCount }) => nullCount),
  };
}

/** These bytes, fewer where the file ends: a recorder that retries a failed write first takes back its half. */
async function readBytes(handle: Readable, position: number, bytes: number): Promise<Uint8Array> {
  const into = new Uint8Array(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(into, done, bytes - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return into.subarray(0, done);
}

/** A recording opened at its first message. */
export interface OpenedStream {
  handle: FileHandle;
  fileBytes: number;
  format: string;
  header: MessageSpan;
}

/**
 * Opens a stream of ours; the caller closes the handle.
 * @param formats accepted values of the schema metadata's `format`
 * @throws {RecordingError} when it is missing, foreign, or cut before the end of its header
 */
export async function openArrowStream(
  path: string,
  formats: readonly string[],
  flags: 'r' | 'r+' = 'r',
): Promise<OpenedStream> {
  const expected = `an Arrow IPC stream of format ${formats.join(' or ')}`;
  let handle: FileHandle;
  try {
    handle = await open(path, flags);
  } catch (cause) {
    throw new RecordingError({ where: path, expected, received: reason(cause) }, cause);
  }
  try {
    const { size } = await handle.stat();
    const header = await messageAt(handle, 0, size);
    const format = header?.schema?.metadata.get('format');
    if (header && format && formats.includes(format)) return { handle, fileBytes: size, format, header };
    throw new RecordingError({
      where: path,
      expected,
      received: format ? `format ${format}` : `${size} bytes that do not start with a whole schema of ours`,
      remedy: 'name a file of a run folder',
    });
  } catch (cause) {
    await handle.close();
    if (cause instanceof RecordingError) throw cause;
    throw new RecordingError({ where: path, expected, received: reason(cause) }, cause);
  }
}

/**
 * Bytes of a stream of ours that has its end-of-stream mark; null where it ends without.
 * @throws {RecordingError} when it is missing or foreign
 */
export async function endedBytes(path: string, format: string): Promise<number | null> {
  const { handle, fileBytes } = await openArrowStream(path, [format]);
  try {
    const tail = await readBytes(handle, fileBytes - END_OF_STREAM.byteLength, END_OF_STREAM.byteLength);
    return END_OF_STREAM.every((byte, at) => byte === tail[at]) ? fileBytes : null;
  } finally {
    await handle.close();
  }
}

/**
 * Bytes of a stream of ours up to the end of its last whole record batch.
 * @throws {RecordingError} when it is missing or foreign
 */
export async function wholeBytes(path: string, format: string): Promise<number> {
  const { handle, fileBytes, header } = await openArrowStream(path, [format]);
  try {
    const ahead = new ReadAhead(handle);
    let { end } = header;
    for (;;) {
      const span = await messageAt(ahead, end, fileBytes);
      if (span?.kind !== 'batch') return end;
      end = span.end;
    }
  } finally {
    await handle.close();
  }
}

/** Every whole record batch of a stream of ours; a tail cut by a crash is left out. */
export async function* readBatches(path: string, format: string): AsyncGenerator<RecordBatch> {
  const stream = await openArrowStream(path, [format]);
  try {
    for await (const messages of wholeMessages(stream)) yield* RecordBatchReader.from(messages);
  } finally {
    await stream.handle.close();
  }
}

/** Groups of whole record batches, each after the header, so that each is a stream by itself. */
async function* wholeMessages({ handle, fileBytes, header }: OpenedStream): AsyncGenerator<Uint8Array> {
  const headerBytes = await readBytes(handle, header.start, header.end - header.start);
  let start = header.end;
  let span = await messageAt(handle, start, fileBytes);
  while (span?.kind === 'batch') {
    const { end } = span;
    span = await messageAt(handle, end, fileBytes);
    if (span?.kind === 'batch' && end - start < GROUP_BYTES) continue;
    const batches = await readBytes(handle, start, end - start);
    if (batches.byteLength < end - start) return;
    const group = new Uint8Array(headerBytes.byteLength + batches.byteLength);
    group.set(headerBytes);
    group.set(batches, headerBytes.byteLength);
    yield group;
    start = end;
  }
}
