import type { FileHandle } from 'node:fs/promises';
import type { Schema } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';
import { type BatchPlace, type MessageSpan, messageAt, openArrowStream } from './arrow-stream.ts';
import { ReadAhead } from './read-ahead.ts';
import { TRACKS_FORMAT } from './stream-schema.ts';

/** Whole record batches in a row: bytes [start, end) of the file. */
export interface TrackSpan {
  start: number;
  end: number;
  /** Camera time of its first row. */
  firstNs: bigint;
}

/** Of a file that was opened: columns by name, and how far it is known. */
export interface KnownTracks {
  schema: Schema;
  /** Of the whole file, oldest first. */
  spans: readonly TrackSpan[];
  rows: number;
  /** Camera times of the first and the last row; 0 where there is none. */
  firstNs: bigint;
  lastNs: bigint;
  /** Bytes up to the end of the last whole batch. */
  wholeBytes: number;
  /** Whether the end-of-stream mark follows. */
  hasEnd: boolean;
}

type GrowingTracks = KnownTracks & { spans: TrackSpan[] };

/** Columns that every file of tracks has. */
const COLUMN_TYPES: Record<string, string> = {
  frame: 'Uint32',
  timeNs: 'Int64',
  bead: 'Uint32',
  xPx: 'Float64',
  yPx: 'Float64',
  zNm: 'Float64',
  score: 'Float32',
  status: 'Uint16',
};

/** Batches known together: one is of a few kilobytes, and a day has millions. */
const SPAN_BYTES = 1 << 20;

/**
 * Where the rows of a `tracks.arrows` lie by time. Reads the heads of its batches, not the batches, and of a file that
 * grew only what is new.
 */
export class TrackIndex {
  readonly path: string;
  #known: GrowingTracks | null = null;
  #inode = 0;
  #refreshing: Promise<KnownTracks> | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * What is known of the file, up to its end by now.
   * @throws {RecordingError} when it is missing or foreign
   */
  refresh(): Promise<KnownTracks> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #read(): Promise<KnownTracks> {
    const { handle, header } = await openArrowStream(this.path, [TRACKS_FORMAT]);
    try {
      const { size, ino } = await handle.stat();
      if (ino !== this.#inode || size < (this.#known?.wholeBytes ?? 0)) this.#known = null;
      this.#inode = ino;
      this.#known ??= unread(this.path, header);
      if (!this.#known.hasEnd) await this.#extend(this.#known, handle, size);
      return this.#known;
    } finally {
      await handle.close();
    }
  }

  async #extend(known: GrowingTracks, handle: FileHandle, size: number): Promise<void> {
    const ahead = new ReadAhead(handle);
    const timeAt = timeColumn(known.schema);
    let last: BatchPlace | null = null;
    for (;;) {
      const message = await messageAt(ahead, known.wholeBytes, size);
      known.hasEnd = message?.kind === 'end';
      if (message?.kind !== 'batch' || !message.batch) break;
      const { batch, start, end } = message;
      if (batch.rows > 0) {
        const open = known.spans.at(-1);
        if (!open || open.end - open.start >= SPAN_BYTES) {
          const firstNs = await timeOf(ahead, batch.buffers[timeAt]!);
          if (!open) known.firstNs = firstNs;
          known.spans.push({ start, end, firstNs });
        } else open.end = end;
        last = batch;
      }
      known.rows += batch.rows;
      known.wholeBytes = end;
    }
    if (last) known.lastNs = await timeOf(handle, last.buffers[timeAt]! + 8 * (last.rows - 1));
  }
}

function unread(path: string, header: MessageSpan): GrowingTracks {
  const { schema } = header;
  for (const [name, type] of Object.entries(COLUMN_TYPES)) {
    const received = String(schema?.fields.find((field) => field.name === name)?.type);
    if (received !== type) {
      throw new RecordingError({ where: `${path} column ${name}`, expected: type, received });
    }
  }
  const none = { rows: 0, firstNs: 0n, lastNs: 0n, hasEnd: false };
  return { schema: schema!, spans: [], wholeBytes: header.end, ...none };
}

/** Buffer of the camera times: every column of tracks has two, and the second holds its values. */
function timeColumn(schema: Schema): number {
  return 2 * schema.fields.findIndex(({ name }) => name === 'timeNs') + 1;
}

async function timeOf(file: Pick<FileHandle, 'read'>, position: number): Promise<bigint> {
  const bytes = new Uint8Array(8);
  await file.read(bytes, 0, 8, position);
  return new DataView(bytes.buffer).getBigInt64(0, true);
}
