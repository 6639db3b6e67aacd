import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Float64, makeVector, Table, tableFromArrays, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { expect, test } from 'vitest';
import { RecordingError } from '#protocol/errors.ts';
import { openRun, readFates, readTracks } from '#recording/read-recording.ts';
import { repairArrowStream } from '#recording/repair-arrow-stream.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { allRows, expectedRows, FACTS, testFolder, trackedBatch } from './example-run.ts';

async function refusal(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(RecordingError);
  return (error as RecordingError).message;
}

test.each([
  ['text', Buffer.from('frame,timeNs,bead\n1,2,3\n')],
  ['an Arrow file of random access', Buffer.from(tableToIPC(tableFromArrays({ x: [1, 2] }), 'file'))],
  ['an Arrow stream of somebody else', Buffer.from(tableToIPC(tableFromArrays({ x: [1, 2] }), 'stream'))],
  ['noise', Buffer.from(Array.from({ length: 999 }, (_, index) => (index * 7919) % 251))],
  [
    'a message of noise',
    Buffer.concat([Buffer.from([255, 255, 255, 255, 16, 0, 0, 0]), Buffer.alloc(64, 0x9d)]),
  ],
  ['nothing', Buffer.alloc(0)],
])('%s is refused as a recording', async (_, bytes) => {
  const path = join(testFolder(), 'foreign.arrows');
  writeFileSync(path, bytes);
  expect(await refusal(readTracks(path).next())).toMatch(
    /foreign\.arrows: expected .*tweezertrack-tracks\/1/,
  );
  expect(await refusal(repairArrowStream(path))).toMatch(/foreign\.arrows/);
});

test('a stream of our format whose column has another type is refused by name', async () => {
  const path = join(testFolder(), 'odd.arrows');
  const table = new Table({
    frame: vectorFromArray([1, 2], new Float64()),
    bead: makeVector(new Uint32Array(2)),
  });
  table.schema.metadata.set('format', 'tweezertrack-tracks/1');
  writeFileSync(path, tableToIPC(table, 'stream'));
  expect(await refusal(readTracks(path).next())).toMatch(
    /column frame: expected Uint32Array, received Float64/,
  );
});

test('a file of fates is refused where tracks are expected', async () => {
  const folder = join(testFolder(), 'run');
  await (await createRunRecorder(folder, FACTS)).close();
  expect(await refusal(readTracks(join(folder, 'frames.arrows')).next())).toMatch(
    /expected .*tracks\/1, received format tweezertrack-frames\/1/,
  );
});

test('a run of an older version is read: it knows fewer fates and no latency', async () => {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS);
  recorder.tracked(trackedBatch(0, 3, 2));
  await recorder.close();
  const path = join(folder, 'run.json');
  const record = JSON.parse(readFileSync(path, 'utf8'));
  delete record.latency;
  delete record.frames['dropped-late'];
  writeFileSync(path, JSON.stringify(record));
  const read = (await openRun(folder)).record;
  expect(read.frames).toMatchObject({ tracked: 3 });
  expect(read.latency).toBeNull();
});

test('frames of an older version have no time at which they went to the engine, and no motors', async () => {
  const path = join(testFolder(), 'frames.arrows');
  const table = new Table({
    frame: makeVector(Uint32Array.of(7)),
    lastFrame: makeVector(Uint32Array.of(7)),
    timeNs: makeVector(BigInt64Array.of(1n)),
    receivedNs: makeVector(BigInt64Array.of(2n)),
    trackedNs: makeVector(BigInt64Array.of(3n)),
    fate: vectorFromArray(['tracked'], new Utf8()),
  });
  table.schema.metadata.set('format', 'tweezertrack-frames/1');
  writeFileSync(path, tableToIPC(table, 'stream'));
  const { value } = await readFates(path).next();
  expect(value).toEqual({
    frame: 7,
    lastFrame: 7,
    timeNs: 1n,
    receivedNs: 2n,
    submittedNs: null,
    trackedNs: 3n,
    fate: 'tracked',
    ...{ focusZNm: null, magnetMm: null, magnetTurns: null },
  });
});

test('a missing file and a folder that is no run are refused', async () => {
  const folder = testFolder();
  expect(await refusal(readTracks(join(folder, 'none.arrows')).next())).toMatch(/ENOENT/);
  expect(await refusal(openRun(folder))).toMatch(/run\.json: expected .*ENOENT.*name the folder of a run/);
  mkdirSync(join(folder, 'later'));
  writeFileSync(join(folder, 'later', 'run.json'), '{"format":"tweezertrack-run/2"}');
  expect(await refusal(openRun(join(folder, 'later')))).toMatch(/tweezertrack-run\/1/);
});

test('a run is read while it is being recorded', async () => {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS, { flushMs: 1 });
  recorder.tracked(trackedBatch(0, 3, 2));
  const { tracksPath, record } = await openRun(folder);
  expect(record.camera.pixelSizeNm).toBeNaN();
  const written = await new Promise<number>((resolve) => {
    const look = () => {
      const { rowsWritten } = recorder.stats;
      if (rowsWritten > 0) resolve(rowsWritten);
      else setImmediate(look);
    };
    look();
  });
  expect(written).toBe(6);
  expect(await allRows(readTracks(tracksPath))).toEqual(expectedRows(0, 3, 2));
  await recorder.close();
});
