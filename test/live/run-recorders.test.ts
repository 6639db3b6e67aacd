import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseHello } from '#protocol/camera-link.ts';
import { readTracks } from '#recording/read-recording.ts';
import { RunRecorders } from '#tracker/live/run-recorders.ts';
import { allRows, FACTS, testFolder, trackedBatch } from '../recording/example-run.ts';

const BEADS = 2;

/** Recorders of a run whose frames a test receives and tracks by itself. */
function recordersIn(recordings: string, saves = false) {
  const { width, height, pixelFormat, fps, camera } = FACTS.camera;
  const alarms: string[] = [];
  const recorders = new RunRecorders(
    {
      camera: parseHello({ type: 'hello', version: 1, camera, width, height, pixelFormat, fps }),
      chosen: { host: { facts: FACTS.engine } },
      pipeline: { plan: FACTS.plan, zLutOf: () => null },
      ...{ recordings, saves, queueMiB: 4 },
      describe: () => ({ folder: 'run' }),
      latency: () => ({}),
      onAlarm: ({ message }) => alarms.push(message),
    },
    { list: () => [...FACTS.rois] },
  );
  return {
    recorders,
    alarms,
    receive(frames: number) {
      for (let frame = 0; frame < frames; frame++) recorders.received();
    },
    track: (first: number, frames: number) =>
      recorders.tracked(trackedBatch(first, frames, BEADS), FACTS.plan),
  };
}

async function framesIn(folder: string): Promise<number[]> {
  const rows = await allRows(readTracks(join(folder, 'tracks.arrows')));
  return rows.filter((_, row) => row % BEADS === 0).map(([frame]) => frame);
}

/** Whether a promise has been kept by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  return settled;
}

test('frames that had come when Saving was stopped are recorded although they are tracked later', async () => {
  const { recorders, receive, track } = recordersIn(testFolder());
  receive(4);
  track(0, 2);
  const { folder } = await recorders.start();
  track(2, 2);
  receive(5);
  track(4, 2);
  const stopped = recorders.stop();
  expect(await isSettled(stopped)).toBe(false);
  receive(3);
  track(6, 2);
  expect(recorders.current).not.toBeNull();
  // The batch that has the last of them has one more.
  track(8, 2);
  await stopped;
  track(10, 2);
  expect(await framesIn(folder)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  expect(recorders.overruns).toBe(0);
});

test('frames that failed are waited for, too, and only for those that had come', async () => {
  const { recorders, receive, track } = recordersIn(testFolder());
  const { folder } = await recorders.start();
  receive(3);
  track(0, 1);
  const stopped = recorders.stop();
  await expect(recorders.stop()).rejects.toThrow('one that is ending');
  recorders.failed(2);
  await stopped;
  expect(await framesIn(folder)).toEqual([0]);
  await expect(recorders.stop()).rejects.toThrow('expected a recording under way, received none');
});

test('recordings of one name lie side by side, however soon one follows the other', async () => {
  const root = testFolder();
  const one = recordersIn(root);
  const other = recordersIn(root);
  const [first, second] = await Promise.all([one.recorders.start(), other.recorders.start()]);
  expect([basename(first.folder), basename(second.folder)].sort()).toEqual(['run', 'run_2']);
  await Promise.all([one.recorders.stop(), other.recorders.stop()]);
  const { folder } = await one.recorders.start();
  expect(basename(folder)).toBe('run_3');
  await one.recorders.close();
});

test('a run that ends while Saving is being stopped closes its recording', async () => {
  const { recorders, receive } = recordersIn(testFolder(), true);
  await recorders.open();
  receive(2);
  const stopped = recorders.stop();
  await recorders.close();
  await stopped;
  expect(recorders.current).toBeNull();
});
