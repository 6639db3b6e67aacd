import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import { OutputExistsError, RecordingError } from '#protocol/errors.ts';
import { openRun, readFollowedRois } from '#recording/read-recording.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { expectedRows, FACTS, testFolder, trackedBatch } from './example-run.ts';
import { fatesOf, tracksOf } from './read-run-files.ts';

test('a recording of several batches reads back to the same rows, NaN and nanoseconds included', async () => {
  const folder = join(testFolder(), 'runs', 'first');
  const recorder = await createRunRecorder(folder, FACTS, { blockRows: 7 });
  for (let first = 0; first < 40; first += 4) recorder.tracked(trackedBatch(first, 4, 3));
  await recorder.close();

  const rows = await tracksOf(folder);
  expect(rows).toEqual(expectedRows(0, 40, 3));
  expect(rows.filter(([, , , , , zNm]) => Number.isNaN(zNm))).toHaveLength(24);
  expect(rows[0]![1]).toBe(1_767_225_600_000_000_007n);
  // 7 rows hold 2 whole frames of 3 beads.
  const table = tableFromIPC(readFileSync(join(folder, 'tracks.arrows')));
  expect(table.batches.map((batch) => batch.numRows)).toEqual(Array(20).fill(6));
  expect(recorder.stats).toMatchObject({ rowsWritten: 120, rowsWaiting: 0, rowsLost: 0 });
});

test('the file says by itself what its columns, bits and coordinates are', async () => {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS);
  await recorder.close();
  const { schema, numRows } = tableFromIPC(readFileSync(join(folder, 'tracks.arrows')));
  expect(numRows).toBe(0);
  expect(schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'frame Uint32',
    'timeNs Int64',
    'bead Uint32',
    'xPx Float64',
    'yPx Float64',
    'zNm Float64',
    'score Float32',
    'status Uint16',
  ]);
  expect(schema.metadata.get('format')).toBe('tweezertrack-tracks/1');
  expect(JSON.parse(schema.metadata.get('statusBits')!)).toMatchObject({ lost: 2, saturated: 32 });
  expect(JSON.parse(schema.metadata.get('plan')!)).toEqual(FACTS.plan);
  expect(JSON.parse(schema.metadata.get('rois')!)).toEqual(FACTS.rois);
  expect(JSON.parse(schema.metadata.get('camera')!)).toMatchObject({
    camera: 'simulated',
    pixelSizeNm: null,
  });
});

test('run.json is there from the start, and complete with counts after the end', async () => {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS);
  expect((await openRun(folder)).record).toMatchObject({ endedAt: null, frames: null, rows: null });
  recorder.tracked(trackedBatch(5, 3, 2));
  recorder.gap({ firstFrame: 8, lastFrame: 11, fate: 'dropped-link', atNs: 9n });
  await recorder.close();
  const { record } = await openRun(folder);
  expect(record).toMatchObject({ ...FACTS, rows: { written: 6, lost: 0 }, node: process.version });
  expect(record.frames).toMatchObject({ tracked: 3, 'dropped-link': 4, refused: 0, 'recorder-overrun': 0 });
  expect(Date.parse(record.endedAt!)).toBeGreaterThanOrEqual(Date.parse(record.startedAt));
});

test('run.json tells at the end where the time of the frames went', async () => {
  const folder = join(testFolder(), 'run');
  const latency = { 'received-to-tracked': { frames: 3, p50Ms: 1.5, p99Ms: 2.5, maxMs: 2.6 } };
  const recorder = await createRunRecorder(folder, FACTS, { latency: () => latency });
  expect((await openRun(folder)).record.latency).toBeNull();
  await recorder.close();
  expect((await openRun(folder)).record.latency).toEqual(latency);
});

test('a gap is recorded as a gap, without the times it does not have', async () => {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS);
  recorder.tracked(trackedBatch(0, 1, 2));
  recorder.gap({ firstFrame: 1, lastFrame: 9, fate: 'camera-away', atNs: 77n });
  recorder.tracked(trackedBatch(10, 1, 2));
  await recorder.close();
  const fates = await fatesOf(folder);
  const [first] = trackedBatch(0, 1, 2).frames;
  expect(fates.map(({ frame, lastFrame, fate }) => [frame, lastFrame, fate])).toEqual([
    [0, 0, 'tracked'],
    [1, 9, 'camera-away'],
    [10, 10, 'tracked'],
  ]);
  expect(fates[0]).toMatchObject({
    timeNs: first!.timeNs,
    receivedNs: first!.receivedNs,
    submittedNs: first!.submittedNs,
    trackedNs: first!.trackedNs,
  });
  expect(fates[1]).toMatchObject({ timeNs: null, receivedNs: 77n, submittedNs: null, trackedNs: null });
  expect(fates[2]!.timeNs).toBe(first!.timeNs + 100_000_000n);
});

test('ROIs that were moved, added or removed during the run are in run.json with their first frame', async () => {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS);
  const moved = { ...FACTS.rois[0]!, left: 5 };
  const added = { bead: 11, left: 30, top: 20, size: 16 };
  recorder.tracked({ ...trackedBatch(0, 1, 2), rois: structuredClone(FACTS.rois) });
  recorder.tracked({ ...trackedBatch(1, 1, 2), rois: [moved, FACTS.rois[1]!] });
  recorder.tracked({ ...trackedBatch(2, 1, 2), rois: [moved, added] });
  await recorder.close();
  expect((await openRun(folder)).record.roiChanges).toEqual([
    { frame: 1, set: [moved], removed: [] },
    { frame: 2, set: [added], removed: [10] },
  ]);
});

test('ROIs that followed their beads are in rois.arrows, a row each; run.json keeps what somebody did', async () => {
  const folder = join(testFolder(), 'run');
  const rois = FACTS.rois.map((roi) => ({ ...roi, follow: true }));
  const recorder = await createRunRecorder(folder, { ...FACTS, rois });
  const at = (left: number) => [rois[0]!, { ...rois[1]!, left }];
  for (let frame = 0; frame < 200; frame++) {
    recorder.tracked({ ...trackedBatch(frame, 1, 2), rois: at(14 + Math.floor(frame / 2)) });
  }
  recorder.tracked({ ...trackedBatch(200, 1, 2), rois: [{ ...rois[0]!, follow: false }, at(113)[1]!] });
  await recorder.close();
  const { record, roisPath } = await openRun(folder);
  expect(record.rois).toEqual(rois);
  expect(record.roiChanges).toEqual([{ frame: 200, set: [{ ...rois[0], follow: false }], removed: [] }]);
  const followed = [];
  for await (const row of readFollowedRois(roisPath)) followed.push(row);
  expect(followed).toEqual(
    Array.from({ length: 99 }, (_, step) => ({ frame: 2 * step + 2, bead: 10, left: 15 + step, top: 8 })),
  );
});

test('a frame with more beads than a block holds is recorded whole', async () => {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS, { blockRows: 4 });
  recorder.tracked(trackedBatch(0, 2, 1));
  recorder.tracked(trackedBatch(2, 3, 9));
  await recorder.close();
  expect(await tracksOf(folder)).toEqual([...expectedRows(0, 2, 1), ...expectedRows(2, 3, 9)]);
});

test('an existing folder is refused and left as it is; force records over the run in it', async () => {
  const folder = join(testFolder(), 'run');
  mkdirSync(folder);
  writeFileSync(join(folder, 'run.json'), 'precious');
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  const refused = createRunRecorder(folder, FACTS);
  await expect(refused).rejects.toThrow(OutputExistsError);
  await expect(refused).rejects.toThrow(/--force/);
  expect(readFileSync(join(folder, 'run.json'), 'utf8')).toBe('precious');
  expect(existsSync(join(folder, 'tracks.arrows'))).toBe(false);

  const recorder = await createRunRecorder(folder, FACTS, { force: true });
  recorder.tracked(trackedBatch(0, 1, 2));
  await recorder.close();
  expect(await tracksOf(folder)).toEqual(expectedRows(0, 1, 2));
  expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
});

test('a folder that cannot be made is a RecordingError', async () => {
  const file = join(testFolder(), 'file');
  writeFileSync(file, '');
  await expect(createRunRecorder(join(file, 'run'), FACTS)).rejects.toThrow(RecordingError);
});

test('a frame number that 32 bits cannot hold is an alarm and a counted loss, not another number', async () => {
  const folder = join(testFolder(), 'run');
  const alarms: RecordingError[] = [];
  const recorder = await createRunRecorder(folder, FACTS, { onAlarm: (alarm) => alarms.push(alarm) });
  recorder.tracked(trackedBatch(2 ** 32 - 1, 1, 2));
  recorder.tracked(trackedBatch(2 ** 32, 1, 2));
  expect(alarms).toHaveLength(1);
  expect(recorder.stats).toMatchObject({ rowsLost: 2 });
  await recorder.close();
  expect((await tracksOf(folder)).map(([frame]) => frame)).toEqual([2 ** 32 - 1, 2 ** 32 - 1]);
});
