import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Schema } from 'apache-arrow';
import { RecordingError } from '#protocol/errors.ts';
import type { WindowQuery } from '#protocol/recording-window-query.ts';
import type { RecordingWindow } from '#protocol/recordings.ts';
import { traceColumns } from '#protocol/trace-columns.ts';
import { type BatchPlace, messageAt } from './arrow-stream.ts';
import type { BatchSpan, KnownBatches } from './batch-index.ts';
import { FIT_COLUMNS } from './track-block.ts';
import type { TrackIndex } from './track-index.ts';
import { WindowPoints } from './window-points.ts';

/** Read for one window at most: about a second. What is longer is sampled, and the answer says so. */
const WINDOW_BYTES = 256 << 20;

/** Whether the tracks of a file come from a plan that fits a model. */
export function tracksFit({ schema }: Pick<KnownBatches, 'schema'>): boolean {
  return schema.fields.some(({ name }) => name === FIT_COLUMNS[0]);
}

/** s from the first to the last row of a file. */
export function lengthS({ firstNs, lastNs }: Pick<KnownBatches, 'firstNs' | 'lastNs'>): number {
  return Number(lastNs - firstNs) / 1e9;
}

/**
 * Tracks of some beads within [fromS, toS] since the first row, read from the record batches that hold them.
 *
 * Beads with more than `points` points come as the smallest and largest values of `points / 2` buckets, all beads
 * alike. Beads that are not in the file have no points.
 * @param windowBytes read at most, before only every so many blocks are
 * @throws {RecordingError} when the file is missing or foreign, or is cut while it is read
 */
export async function readWindow(
  index: TrackIndex,
  { beads, fromS, toS, points }: WindowQuery,
  windowBytes = WINDOW_BYTES,
): Promise<Omit<RecordingWindow, 'motors'>> {
  const known = await index.refresh();
  const { schema, firstNs, spans } = known;
  const buckets = Math.ceil(points / 2);
  const grid = { fromS, bucketS: (toS - fromS) / buckets, buckets };
  const fits = tracksFit(known);
  const traces = beads.map((bead) => new WindowPoints(bead, fits, points, grid));
  const byBead = new Map(traces.map((trace) => [trace.bead, trace]));

  const within = spansWithin(spans, firstNs, fromS, toS);
  const bytes = within.reduce((sum, { start, end }) => sum + end - start, 0);
  const readEvery = Math.max(1, Math.ceil(bytes / windowBytes));
  const handle = await open(index.path, 'r');
  try {
    for (let at = 0; at < within.length; at += readEvery) {
      for await (const batch of batchesOf(handle, within[at]!, schema, index.path)) {
        const { timeNs, bead, status, columns } = batch;
        for (let row = 0; row < bead.length; row++) {
          const trace = byBead.get(bead[row]!);
          if (!trace) continue;
          const timeS = Number(timeNs[row]! - firstNs) / 1e9;
          if (timeS >= fromS && timeS <= toS) trace.add(timeS, columns, row, status[row]!);
        }
      }
    }
  } finally {
    await handle.close();
  }
  const atFullRate = traces.every((trace) => trace.points <= points);
  return {
    fromS,
    toS,
    bucketS: atFullRate ? 0 : grid.bucketS,
    readEvery,
    endS: lengthS(known),
    traces: traces.map((trace) => (atFullRate ? trace.atFullRate() : trace.inBuckets())),
  };
}

/** Spans with rows of some time, s since `firstNs`; times that step back within one are found in it or the one before. */
export function spansWithin(
  spans: readonly BatchSpan[],
  firstNs: bigint,
  fromS: number,
  toS: number,
): readonly BatchSpan[] {
  const startS = (at: number) => Number(spans[at]!.firstNs - firstNs) / 1e9;
  return spans.filter((_, at) => {
    const nextS = at + 1 < spans.length ? startS(at + 1) : Number.POSITIVE_INFINITY;
    return Math.min(startS(at), nextS) <= toS && Math.max(startS(at), nextS) >= fromS;
  });
}

interface BatchViews {
  timeNs: BigInt64Array;
  bead: Uint32Array;
  status: Uint16Array;
  /** [column] in the order of `traceColumns`. */
  columns: (Float64Array | Float32Array)[];
}

async function* batchesOf(
  handle: FileHandle,
  { start, end }: BatchSpan,
  schema: Schema,
  path: string,
): AsyncGenerator<BatchViews> {
  const bytes = new Uint8Array(end - start);
  const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, start);
  if (bytesRead < bytes.byteLength) {
    const [expected, received] = [`${end} bytes`, `${start + bytesRead}`];
    throw new RecordingError({ where: path, expected, received, remedy: 'it was changed: open it again' });
  }
  const inMemory = {
    read: (async (into: Uint8Array, offset: number, length: number, position: number) => {
      const found = bytes.subarray(position - start, position - start + length);
      into.set(found, offset);
      return { bytesRead: found.byteLength, buffer: into };
    }) as FileHandle['read'],
  };
  for (let at = start; at < end; ) {
    const message = await messageAt(inMemory, at, end);
    if (!message?.batch) return;
    yield viewsOf(bytes.buffer, start, message.batch, schema);
    at = message.end;
  }
}

function viewsOf(
  buffer: ArrayBuffer,
  start: number,
  { rows, buffers }: BatchPlace,
  schema: Schema,
): BatchViews {
  const fits = tracksFit({ schema });
  const placeOf = (name: string) => {
    const column = schema.fields.findIndex((field) => field.name === name);
    return buffers[2 * column + 1]! - start;
  };
  // Arrow aligns the buffers of a file to 8 bytes; what starts elsewhere in memory is copied.
  const part = (at: number, bytes: number) =>
    at % 8 === 0 ? ([buffer, at] as const) : ([buffer.slice(at, at + bytes), 0] as const);
  return {
    timeNs: new BigInt64Array(...part(placeOf('timeNs'), 8 * rows), rows),
    bead: new Uint32Array(...part(placeOf('bead'), 4 * rows), rows),
    status: new Uint16Array(...part(placeOf('status'), 2 * rows), rows),
    columns: traceColumns(fits).map((name) => {
      const at = placeOf(name);
      const isFloat32 = name === 'score' || (FIT_COLUMNS as readonly string[]).includes(name);
      return isFloat32
        ? new Float32Array(...part(at, 4 * rows), rows)
        : new Float64Array(...part(at, 8 * rows), rows);
    }),
  };
}
