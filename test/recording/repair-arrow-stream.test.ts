import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { RecordingError } from '#protocol/errors.ts';
import { messageAt, openArrowStream } from '#recording/arrow-stream.ts';
import { END_OF_STREAM } from '#recording/batch-encoder.ts';
import { readTracks } from '#recording/read-recording.ts';
import { repairArrowStream } from '#recording/repair-arrow-stream.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { TRACKS_FORMAT } from '#recording/stream-schema.ts';
import { allRows, expectedRows, FACTS, removableFolder, testFolder, trackedBatch } from './example-run.ts';

const BEADS = 2;

/** A whole `tracks.arrows` of three batches of one, two and one frames, and where each message ends. */
let whole: Buffer;
let headerEnd: number;
let batchEnds: number[];
const FRAMES_OF_BATCH = [1, 2, 1];

beforeAll(async () => {
  const { folder: parent, remove } = removableFolder();
  const folder = join(parent, 'run');
  const recorder = await createRunRecorder(folder, FACTS);
  let first = 0;
  for (const frames of FRAMES_OF_BATCH) {
    recorder.tracked(trackedBatch(first, frames, BEADS));
    recorder.flush();
    first += frames;
  }
  await recorder.close();
  const path = join(folder, 'tracks.arrows');
  whole = readFileSync(path);
  const { handle, header } = await openArrowStream(path, [TRACKS_FORMAT]);
  headerEnd = header.end;
  batchEnds = [];
  for (let span = await messageAt(handle, headerEnd, whole.length); span?.kind === 'batch'; ) {
    batchEnds.push(span.end);
    span = await messageAt(handle, span.end, whole.length);
  }
  await handle.close();
  expect(batchEnds).toHaveLength(3);
  expect(whole.length).toBe(batchEnds[2]! + END_OF_STREAM.length);
  return remove;
});

test('cut at any byte after its header, a file reads up to its last whole batch', async () => {
  const path = join(testFolder(), 'cut.arrows');
  writeFileSync(path, whole);
  for (let bytes = whole.length; bytes >= headerEnd; bytes--) {
    truncateSync(path, bytes);
    const batches = batchEnds.filter((end) => end <= bytes).length;
    const frames = FRAMES_OF_BATCH.slice(0, batches).reduce((sum, count) => sum + count, 0);
    const rows = await allRows(readTracks(path));
    expect(rows, `${bytes} bytes`).toEqual(expectedRows(0, frames, BEADS));
  }
});

test('cut at any byte after its header, a file is repaired so that Arrow itself reads every whole batch', async () => {
  const path = join(testFolder(), 'cut.arrows');
  for (let bytes = headerEnd; bytes < whole.length; bytes++) {
    writeFileSync(path, whole.subarray(0, bytes));
    const ends = batchEnds.filter((end) => end <= bytes);
    const end = ends.at(-1) ?? headerEnd;
    const found = await repairArrowStream(path);
    expect(found, `${bytes} bytes`).toEqual({ batches: ends.length, cutBytes: bytes - end, wasWhole: false });
    const repaired = readFileSync(path);
    expect(Buffer.concat([whole.subarray(0, end), END_OF_STREAM]).equals(repaired), `${bytes} bytes`).toBe(
      true,
    );
    const rows = FRAMES_OF_BATCH.slice(0, ends.length).reduce((sum, count) => sum + count * BEADS, 0);
    expect(tableFromIPC(repaired).numRows, `${bytes} bytes`).toBe(rows);
  }
});

test('cut anywhere inside its header, a file is refused and left as it is', async () => {
  const path = join(testFolder(), 'cut.arrows');
  for (let bytes = 0; bytes < headerEnd; bytes += 7) {
    writeFileSync(path, whole.subarray(0, bytes));
    await expect(repairArrowStream(path), `${bytes} bytes`).rejects.toThrow(RecordingError);
    await expect(readTracks(path).next(), `${bytes} bytes`).rejects.toThrow(RecordingError);
    expect(readFileSync(path)).toHaveLength(bytes);
  }
});

test('a tail of zeros, as a power cut leaves it, is cut off', async () => {
  const path = join(testFolder(), 'zeros.arrows');
  writeFileSync(path, Buffer.concat([whole.subarray(0, batchEnds[1]), Buffer.alloc(4096)]));
  expect(await allRows(readTracks(path))).toEqual(expectedRows(0, 3, BEADS));
  expect(await repairArrowStream(path)).toEqual({ batches: 2, cutBytes: 4096, wasWhole: false });
  expect(tableFromIPC(readFileSync(path)).numRows).toBe(6);
});

test('a whole file is left as it is', async () => {
  const path = join(testFolder(), 'whole.arrows');
  writeFileSync(path, whole);
  expect(await repairArrowStream(path)).toEqual({ batches: 3, cutBytes: 0, wasWhole: true });
  expect(readFileSync(path).equals(whole)).toBe(true);
});

test('a batch is found although the file shrank behind it since its size was asked for', async () => {
  const path = join(testFolder(), 'shrunk.arrows');
  writeFileSync(path, whole.subarray(0, batchEnds[0]));
  const { handle } = await openArrowStream(path, [TRACKS_FORMAT]);
  onTestFinished(() => handle.close());
  const [end, next] = batchEnds as [number, number];
  expect(await messageAt(handle, headerEnd, next - 1)).toMatchObject({ kind: 'batch', end });
  expect(await messageAt(handle, end, next)).toBeNull();
});
