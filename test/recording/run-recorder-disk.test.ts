import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RecordingError } from '#protocol/errors.ts';
import { type FileAccess, openFile } from '#recording/append-file.ts';
import { openRun } from '#recording/read-recording.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { until } from '../support/until.ts';
import { expectedRows, FACTS, testFolder, trackedBatch } from './example-run.ts';
import { fatesOf, tracksOf } from './read-run-files.ts';

/** A file whose writes after the header wait until `release`. */
function heldFile() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const open = async (path: string): Promise<FileAccess> => {
    const file = await openFile(path);
    return {
      ...file,
      async write(bytes, position) {
        if (position > 0) await released;
        await file.write(bytes, position);
      },
    };
  };
  return { open, release };
}

test('a disk that cannot keep up costs counted rows, one alarm and a recorded gap', async () => {
  const folder = join(testFolder(), 'run');
  const disk = heldFile();
  const alarms: RecordingError[] = [];
  const recorder = await createRunRecorder(folder, FACTS, {
    queueLimitBytes: 4096,
    onAlarm: (alarm) => alarms.push(alarm),
    openFile: disk.open,
  });
  let frame = 0;
  const record = () => {
    recorder.tracked(trackedBatch(frame, 1, 8));
    recorder.flush();
    frame += 1;
  };
  while (recorder.stats.rowsLost === 0) record();
  const firstLost = frame - 1;
  for (let more = 0; more < 5; more++) record();
  const lastLost = frame - 1;
  expect(recorder.stats.rowsLost).toBe(6 * 8);
  expect(alarms.map(({ message }) => message)).toEqual([expect.stringMatching(/keeps up.*bytes waiting/)]);

  disk.release();
  await until(() => recorder.stats.rowsWaiting === 0);
  record();
  await recorder.close();

  expect(await tracksOf(folder)).toEqual([
    ...expectedRows(0, firstLost, 8),
    ...expectedRows(lastLost + 1, 1, 8),
  ]);
  const fates = await fatesOf(folder);
  expect(fates.map(({ frame, lastFrame, fate }) => [frame, lastFrame, fate])).toEqual([
    ...Array.from({ length: firstLost }, (_, id) => [id, id, 'tracked']),
    [firstLost, lastLost, 'recorder-overrun'],
    [lastLost + 1, lastLost + 1, 'tracked'],
  ]);
  const { record: written } = await openRun(folder);
  expect(written.rows).toEqual({ written: (firstLost + 1) * 8, lost: 48 });
  expect(written.frames).toMatchObject({ tracked: firstLost + 1, 'recorder-overrun': 6 });
  expect(alarms).toHaveLength(1);
});

/** A file of tracks each of whose batches is on disk when `writeOne` is called; other files are free. */
function countedFile() {
  const waiting: (() => void)[] = [];
  const open = async (path: string): Promise<FileAccess> => {
    const file = await openFile(path);
    return {
      ...file,
      async write(bytes, position) {
        if (path.includes('tracks') && position > 0) await new Promise<void>((go) => waiting.push(go));
        await file.write(bytes, position);
      },
    };
  };
  const writeOne = async () => {
    await until(() => waiting.length > 0);
    waiting.shift()!();
  };
  return { open, writeOne };
}

test('after an overrun rows are taken again when half of the queue is written, not before', async () => {
  const folder = join(testFolder(), 'run');
  const disk = countedFile();
  const alarms: RecordingError[] = [];
  const recorder = await createRunRecorder(folder, FACTS, {
    queueLimitBytes: 16_384,
    onAlarm: (alarm) => alarms.push(alarm),
    openFile: disk.open,
  });
  let frame = 0;
  const record = () => {
    const { rowsLost } = recorder.stats;
    recorder.tracked(trackedBatch(frame++, 1, 8));
    recorder.flush();
    return recorder.stats.rowsLost === rowsLost;
  };
  while (record());
  const full = recorder.stats.rowsWaiting / 8;
  let taken = false;
  while (!taken) {
    await disk.writeOne();
    const waiting = recorder.stats.rowsWaiting;
    await until(() => recorder.stats.rowsWaiting < waiting);
    taken = record();
  }
  // One batch more or less: batches are not a whole fraction of the limit.
  expect(Math.abs(recorder.stats.rowsWaiting / 8 - full / 2)).toBeLessThanOrEqual(1);
  expect(alarms).toHaveLength(1);
  const closed = recorder.close();
  for (let left = recorder.stats.rowsWaiting / 8 + 1; left > 0; left--) await disk.writeOne();
  await closed;
});

test('an overrun that lasts until the end is still recorded as a gap', async () => {
  const folder = join(testFolder(), 'run');
  const disk = heldFile();
  const recorder = await createRunRecorder(folder, FACTS, { queueLimitBytes: 1, openFile: disk.open });
  for (let frame = 0; frame < 4; frame++) {
    recorder.tracked(trackedBatch(frame, 1, 2));
    recorder.flush();
  }
  // Not even the ledger has room: the missing frame joins the hole.
  recorder.gap({ firstFrame: 4, lastFrame: 5, fate: 'dropped-link', atNs: 1n });
  const closed = recorder.close();
  disk.release();
  await closed;
  const fates = await fatesOf(folder);
  expect(fates.map(({ frame, lastFrame, fate }) => [frame, lastFrame, fate])).toEqual([
    [0, 0, 'tracked'],
    [1, 5, 'recorder-overrun'],
  ]);
  expect(recorder.stats.frames).toMatchObject({ tracked: 1, 'recorder-overrun': 3, 'dropped-link': 2 });
});

/** A file on a disk that is full while `disk.full` is set; a write to it leaves half its bytes behind. */
function fillingDisk() {
  const disk = { full: false, failures: 0 };
  const open = async (path: string): Promise<FileAccess> => {
    const file = await openFile(path);
    return {
      ...file,
      async write(bytes, position) {
        if (!disk.full) return file.write(bytes, position);
        disk.failures++;
        await file.write(bytes.subarray(0, bytes.byteLength / 2), position);
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    };
  };
  return { disk, open };
}

test('a full disk is one alarm for each file; tracking goes on and no row is lost once there is room', async () => {
  const folder = join(testFolder(), 'run');
  const { disk, open } = fillingDisk();
  const alarms: RecordingError[] = [];
  const recorder = await createRunRecorder(folder, FACTS, {
    flushMs: 1,
    onAlarm: (alarm) => alarms.push(alarm),
    openFile: open,
  });
  recorder.tracked(trackedBatch(0, 2, 3));
  await until(() => recorder.stats.rowsWritten === 6);
  disk.full = true;
  recorder.tracked(trackedBatch(2, 2, 3));
  await until(() => alarms.length === 2 && disk.failures >= 6);
  recorder.tracked(trackedBatch(4, 2, 3));
  expect(recorder.stats).toMatchObject({ rowsWritten: 6, rowsWaiting: 12, rowsLost: 0 });
  expect(alarms.every((alarm) => alarm instanceof RecordingError)).toBe(true);
  expect(alarms.map(({ message }) => message).toSorted()).toEqual([
    expect.stringMatching(/frames\.arrows: .*ENOSPC.*tracking goes on/),
    expect.stringMatching(/tracks\.arrows: .*ENOSPC.*tracking goes on/),
  ]);
  // What is on disk meanwhile is a clean beginning.
  expect(await tracksOf(folder)).toEqual(expectedRows(0, 2, 3));

  disk.full = false;
  await recorder.close();
  expect(await tracksOf(folder)).toEqual(expectedRows(0, 6, 3));
  expect(await fatesOf(folder)).toHaveLength(6);
});

test('a disk that is full to the end is an error of close that says what it cost', async () => {
  const folder = join(testFolder(), 'run');
  const { disk, open } = fillingDisk();
  const recorder = await createRunRecorder(folder, FACTS, { openFile: open });
  recorder.tracked(trackedBatch(0, 2, 3));
  recorder.flush();
  await until(() => recorder.stats.rowsWritten === 6);
  disk.full = true;
  recorder.tracked(trackedBatch(2, 1, 3));
  await expect(recorder.close()).rejects.toThrow(/ENOSPC.*6 rows written, 3 lost/);
  expect(recorder.stats).toMatchObject({ rowsWritten: 6, rowsWaiting: 0, rowsLost: 3 });
  expect(await tracksOf(folder)).toEqual(expectedRows(0, 2, 3));
  expect((await openRun(folder)).record.rows).toEqual({ written: 6, lost: 3 });
});
