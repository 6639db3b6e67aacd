import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { openFile } from '#recording/append-file.ts';
import { exportCsv } from '#recording/export-csv.ts';
import type { FateRow } from '#recording/fate-block.ts';
import { WAITING_FRAMES } from '#recording/run-record.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { startStream } from '#recording/start-stream.ts';
import { framesSchema } from '#recording/stream-schema.ts';
import { WaitingFates } from '#recording/waiting-fates.ts';
import { FACTS, testFolder, trackedBatch } from './example-run.ts';
import { fatesOf } from './read-run-files.ts';

/** No timer flushes: a test says when. */
const QUIET = { flushMs: 1_000_000, syncMs: 1_000_000 };

const placesOf = async (folder: string) =>
  (await fatesOf(folder)).map(({ frame, magnetMm }) => [frame, magnetMm]);

const waitingFiles = (folder: string) =>
  readdirSync(folder).filter((name) => name.startsWith('frames-waiting'));

/** A run of which frames up to `known` are known to have had the motor at 10 times their number, else at 1. */
async function waitingRun() {
  const folder = join(testFolder(), 'run');
  const motor = { known: -1 };
  const positions = {
    of: ({ id }: { id: number }) => ({ magnetMm: id <= motor.known ? 10 * id : 1 }),
    isKnown: ({ id }: { id: number }) => id <= motor.known,
  };
  const recorder = await createRunRecorder(folder, FACTS, { ...QUIET, positions });
  return { folder, motor, recorder };
}

describe('rows of frames that wait for where motors were', () => {
  test('are read with what is known by then, and as they came to be when all is known', async () => {
    const { folder, motor, recorder } = await waitingRun();
    recorder.tracked(trackedBatch(0, 3, 2));
    recorder.gap({ firstFrame: 3, lastFrame: 4, fate: 'dropped-link', atNs: 9n });
    recorder.flush();
    const early = [
      [0, 1],
      [1, 1],
      [2, 1],
      [3, null],
    ];
    await expect.poll(() => placesOf(folder)).toEqual(early);
    expect((await fatesOf(folder))[3]).toMatchObject({ lastFrame: 4, fate: 'dropped-link' });

    motor.known = 1;
    recorder.tracked(trackedBatch(5, 1, 2));
    recorder.flush();
    await expect
      .poll(() => placesOf(folder))
      .toEqual([
        [0, 0],
        [1, 10],
        [2, 1],
        [3, null],
        [5, 1],
      ]);
    expect(tableFromIPC(readFileSync(join(folder, 'frames.arrows'))).numRows).toBe(2);

    const csv = join(folder, 'tracks.csv');
    await exportCsv(folder, csv);
    expect(readFileSync(csv, 'utf8')).toMatch(/^2,.*,1$/m);

    motor.known = 9;
    await recorder.close();
    expect(await placesOf(folder)).toEqual([
      [0, 0],
      [1, 10],
      [2, 20],
      [3, null],
      [5, 50],
    ]);
    expect(waitingFiles(folder)).toEqual([]);
  });

  test('have no files where nothing waits', async () => {
    const { folder, motor, recorder } = await waitingRun();
    motor.known = 9;
    recorder.tracked(trackedBatch(0, 3, 2));
    recorder.flush();
    await expect
      .poll(() => placesOf(folder))
      .toEqual([
        [0, 0],
        [1, 10],
        [2, 20],
      ]);
    expect(waitingFiles(folder)).toEqual([]);
    await recorder.close();
  });

  test('are read up to the first that a crash has cut off', async () => {
    const { folder, recorder } = await waitingRun();
    for (const first of [0, 2, 4]) {
      recorder.tracked(trackedBatch(first, 2, 1));
      recorder.flush();
      await expect.poll(async () => (await fatesOf(folder)).length).toBe(first + 2);
    }
    const path = join(folder, WAITING_FRAMES[0]);
    truncateSync(path, statSync(path).size - 1);
    expect((await fatesOf(folder)).map(({ frame }) => frame)).toEqual([0, 1, 2, 3]);
    truncateSync(path, 10);
    expect(await fatesOf(folder)).toEqual([]);
    await recorder.close();
  });

  test('of a run that is recorded over are not those of the run before', async () => {
    const { folder, recorder } = await waitingRun();
    recorder.tracked(trackedBatch(0, 3, 2));
    recorder.flush();
    await expect.poll(async () => (await fatesOf(folder)).length).toBe(3);
    const other = await createRunRecorder(folder, FACTS, { ...QUIET, force: true });
    expect(await fatesOf(folder)).toEqual([]);
    await other.close();
    await recorder.close();
  });
});

describe('the two files of rows that wait', () => {
  const row = (frame: number): FateRow => ({
    ...{
      frame,
      lastFrame: frame,
      timeNs: 1n,
      receivedNs: 2n,
      submittedNs: 3n,
      trackedNs: 4n,
      fate: 'tracked',
    },
  });

  test('take turns: one is begun anew only when all its rows are among the frames', async () => {
    const folder = testFolder();
    const { access } = await startStream(await openFile(join(folder, 'frames.arrows')), framesSchema());
    await access.close();
    const waiting = new WaitingFates(folder, {
      openFile,
      diskAlarm: (_, cause) => expect.unreachable(String(cause)),
      // Two batches, and half of one.
      turnBytes: 7000,
    });
    const framesIn = (file: number) =>
      existsSync(join(folder, WAITING_FRAMES[file]!))
        ? tableFromIPC(readFileSync(join(folder, WAITING_FRAMES[file]!)))
            .toArray()
            .map(({ row }: { row: number }) => row)
        : [];
    /** Adds a batch of two rows, and waits until it is on disk. */
    const add = async (first: number, settled: number) => {
      waiting.add([row(first), row(first + 1)], first, settled);
      await expect.poll(() => [...framesIn(0), ...framesIn(1)]).toContain(first + 1);
    };
    for (let first = 0; first < 40; first += 2) await add(first, 0);
    const [begun, rest] = [framesIn(0), framesIn(1)];
    expect(begun[0]).toBe(0);
    expect([...begun, ...rest]).toEqual(Array.from({ length: 40 }, (_, at) => at));
    expect(rest.length).toBeGreaterThan(begun.length);
    // All is read although no row is among the frames.
    expect((await fatesOf(folder)).map(({ frame }) => frame)).toEqual([...begun, ...rest]);

    await add(40, begun.length - 1);
    expect(framesIn(0)).toEqual(begun);
    await add(42, begun.length);
    expect([framesIn(0), framesIn(1).at(-1)]).toEqual([[42, 43], 41]);
    await waiting.close();
  });
});
