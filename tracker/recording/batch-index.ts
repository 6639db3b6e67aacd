import type { FileHandle } from 'node:fs/promises';
import type { Schema } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';
import { type BatchPlace, type MessageSpan, messageAt, openArrowStream } from './arrow-stream.ts';
import { ReadAhead } from './read-ahead.ts';

/** Whole record batches in a row: bytes [start, end) of the file. */
export interface BatchSpan {
  start: number;
  end: number;
  /** Camera time of its first row that has one; 0 without. */
  firstNs: bigint;
  isTimed: boolean;
}

/** Of a file that was opened: columns by name, and how far it is known. */
export interface KnownBatches {
  schema: Schema;
  /** Of the whole file, oldest first. */
  spans: readonly BatchSpan[];
  rows: number;
  /** Camera times of the first and the last row; 0 where there is none. */
  firstNs: bigint;
  lastNs: bigint;
  /** Bytes before the first batch. */
  headerBytes: number;
  /** Bytes up to the end of the last whole batch. */
  wholeBytes: number;
  /** Whether the end-of-stream mark follows. */
  hasEnd: boolean;
  /** Columns that have a value somewhere. */
  filled: ReadonlySet<string>;
}

type GrowingBatches = KnownBatches & { spans: BatchSpan[]; filled: Set<string> };

/** What is looked for in a file. */
export interface IndexedStream {
  format: string;
  /** Types of columns that every such file has, a camera time `timeNs` among them; before it all are numbers. */
  columns: Record<string, string>;
}

/** Batches known together: one is of a few kilobytes, and a day has millions. */
const SPAN_BYTES = 1 << 20;

/**
 * Where the rows of a recorded file lie by time. Reads the heads of its batches, not the batches, and of a file that grew
 * only what is new.
 */
export class BatchIndex {
  readonly path: string;
  readonly #stream: IndexedStream;
  #known: GrowingBatches | null = null;
  #inode = 0;
  #refreshing: Promise<KnownBatches> | null = null;

  constructor(path: string, stream: IndexedStream) {
    this.path = path;
    this.#stream = stream;
  }

  /**
   * What is known of the file, up to its end by now.
   * @throws {RecordingError} when it is missing or foreign
   */
  refresh(): Promise<KnownBatches> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #read(): Promise<KnownBatches> {
    const { handle, header } = await openArrowStream(this.path, [this.#stream.format]);
    try {
      const { size, ino } = await handle.stat();
      if (ino !== this.#inode || size < (this.#known?.wholeBytes ?? 0)) this.#known = null;
      this.#inode = ino;
      this.#known ??= unread(this.path, header, this.#stream);
      if (!this.#known.hasEnd) await this.#extend(this.#known, handle, size);
      return this.#known;
    } finally {
      await handle.close();
    }
  }

  async #extend(known: GrowingBatches, handle: FileHandle, size: number): Promise<void> {
    const ahead = new ReadAhead(handle);
    const timeAt = known.schema.fields.findIndex(({ name }) => name === 'timeNs');
    let last: BatchPlace | null = null;
    for (;;) {
      const message = await messageAt(ahead, known.wholeBytes, size);
      known.hasEnd = message?.kind === 'end';
      if (message?.kind !== 'batch' || !message.batch) break;
      const { batch, start, end } = message;
      if (batch.rows > 0) {
        const open = known.spans.at(-1);
        const isNew = !open || open.end - open.start >= SPAN_BYTES;
        const span = isNew ? { start, end, firstNs: 0n, isTimed: false } : open;
        span.end = end;
        if (!span.isTimed) {
          // A row without a time has a 0 in its place.
          const rows = batch.nullCounts[timeAt] === 0 ? 1 : batch.rows;
          const times = await timesOf(ahead, batch.buffers[timeBuffer(timeAt)]!, rows);
          const firstNs = times.find((timeNs) => timeNs !== 0n || rows === 1);
          span.firstNs = firstNs ?? 0n;
          span.isTimed = firstNs !== undefined;
        }
        if (isNew) known.spans.push(span);
        if (!open) known.firstNs = span.firstNs;
        for (const [column, { name }] of known.schema.fields.entries()) {
          if (batch.nullCounts[column]! < batch.rows) known.filled.add(name);
        }
        last = batch;
      }
      known.rows += batch.rows;
      known.wholeBytes = end;
    }
    if (last)
      [known.lastNs] = await timesOf(handle, last.buffers[timeBuffer(timeAt)]! + 8 * (last.rows - 1), 1);
  }
}

function unread(path: string, header: MessageSpan, { columns }: IndexedStream): GrowingBatches {
  const { schema } = header;
  for (const [name, type] of Object.entries(columns)) {
    const received = String(schema?.fields.find((field) => field.name === name)?.type);
    if (received !== type) {
      throw new RecordingError({ where: `${path} column ${name}`, expected: type, received });
    }
  }
  const none = { rows: 0, firstNs: 0n, lastNs: 0n, hasEnd: false, filled: new Set<string>() };
  return { schema: schema!, spans: [], headerBytes: header.end, wholeBytes: header.end, ...none };
}

/** Every column of numbers has two buffers, and the second holds its values. */
function timeBuffer(column: number): number {
  return 2 * column + 1;
}

async function timesOf(
  file: Pick<FileHandle, 'read'>,
  position: number,
  rows: number,
): Promise<[bigint, ...bigint[]]> {
  const bytes = new Uint8Array(8 * rows);
  await file.read(bytes, 0, bytes.byteLength, position);
  return [...new BigInt64Array(bytes.buffer)] as [bigint, ...bigint[]];
}
