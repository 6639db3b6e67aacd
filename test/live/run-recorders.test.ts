import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseHello } from '#protocol/camera-link.ts';
import { readCellGaps, readCells } from '#recording/read-cells.ts';
import { openRun, readTracks } from '#recording/read-recording.ts';
import { RunRecorders } from '#tracker/live/run-recorders.ts';
import { allRows, FACTS, testFolder, trackedBatch } from '../recording/example-run.ts';
import { cellFacts, measuredCells } from '../support/measured-cells.ts';

const BEADS = 2;

/** Recorders of a run whose frames a test receives and tracks by itself. */
function recordersIn(recordings: string, saves = false, cellsUnderWay = () => 0) {
  const { width, height, pixelFormat, fps, camera } = FACTS.camera;
  const alarms: string[] = [];
  const recorders = new RunRecorders(
    {
      camera: parseHello({ type: 'hello', version: 1, camera, width, height, pixelFormat, fps }),
      chosen: { host: { facts: FACTS.engine } },
      pipeline: { plan: FACTS.plan, zLutOf: () => null },
      ...{ recordings, saves, queueMiB: 4, cellsUnderWay },
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

/** Frames of the cells in a recording; none where it has no file of them. */
async function cellFramesIn(folder: string): Promise<number[]> {
  const frames = new Set<number>();
  if (!existsSync(join(folder, 'cells.arrows'))) return [];
  for await (const batch of readCells(join(folder, 'cells.arrows')))
    for (const id of batch.frame) frames.add(id);
  return [...frames];
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

describe('cells', () => {
  test('go to the recording of their frames, each with the map in use; without Saving, to none', async () => {
    const { recorders, track } = recordersIn(testFolder());
    recorders.cellsChanged(cellFacts(2));
    recorders.measured(measuredCells(0, 2, 2));
    const first = await recorders.start();
    recorders.measured(measuredCells(2, 3, 2));
    track(2, 3);
    await recorders.stop();
    recorders.measured(measuredCells(5, 2, 2));
    recorders.cellsSkipped(7, 8);
    const second = await recorders.start();
    recorders.cellsSkipped(9, 10);
    recorders.measured(measuredCells(11, 1, 2));
    recorders.cellsChanged(cellFacts(3));
    recorders.measured(measuredCells(12, 1, 3));
    await recorders.close();
    expect(await cellFramesIn(first.folder)).toEqual([2, 3, 4]);
    expect(await cellFramesIn(second.folder)).toEqual([11, 12]);
    const gaps = [];
    for await (const gap of readCellGaps(join(second.folder, 'cell-gaps.arrows'))) gaps.push(gap);
    expect(gaps).toEqual([{ frame: 9, lastFrame: 10, fate: 'skipped' }]);
    const filesOf = async (folder: string) =>
      (await openRun(folder)).record.calcium!.settings.map(({ file }) => file);
    expect(await filesOf(first.folder)).toEqual(['cells-2.npy']);
    expect(await filesOf(second.folder)).toEqual(['cells-11.npy', 'cells-12.npy']);
  });

  test('of frames that were tracked before Saving was stopped are recorded although they come later', async () => {
    let underWay = 3;
    const { recorders, receive, track } = recordersIn(testFolder(), false, () => underWay);
    const { folder } = await recorders.start();
    receive(4);
    track(0, 4);
    recorders.measured(measuredCells(0, 1, 2));
    const stopped = recorders.stop();
    expect(await isSettled(stopped)).toBe(false);
    recorders.measured(measuredCells(1, 1, 2));
    recorders.cellsSkipped(2, 2);
    expect(await isSettled(stopped)).toBe(false);
    // The batch that has the last of them has more, which are of no recording.
    recorders.measured(measuredCells(3, 4, 2));
    await stopped;
    underWay = 0;
    expect(await cellFramesIn(folder)).toEqual([0, 1, 3]);
    expect((await openRun(folder)).record.calcium!.frames).toEqual({ measured: 3, skipped: 1, lost: 0 });
  });

  test('are waited for only as long as some are under way', async () => {
    let underWay = 2;
    const { recorders, receive, track } = recordersIn(testFolder(), false, () => underWay);
    const { folder } = await recorders.start();
    receive(2);
    track(0, 2);
    recorders.measured(measuredCells(0, 1, 2));
    const stopped = recorders.stop();
    expect(await isSettled(stopped)).toBe(false);
    underWay = 0;
    await stopped;
    expect(await cellFramesIn(folder)).toEqual([0]);
  });

  test('of a plan that changes are parted between both recordings where the tracks are', async () => {
    let underWay = 1;
    const { recorders, track } = recordersIn(testFolder(), true, () => underWay);
    await recorders.open();
    const before = recorders.current!.folder;
    track(0, 3);
    const plan = structuredClone(FACTS.plan);
    await recorders.changePlan({ plan, zLutOf: () => null });
    recorders.cellsChanged(cellFacts(2));
    recorders.measured(measuredCells(0, 2, 2));
    recorders.tracked(trackedBatch(3, 3, BEADS), plan);
    const after = recorders.current!.folder;
    recorders.measured(measuredCells(2, 4, 2));
    underWay = 0;
    await recorders.close();
    expect([await framesIn(before), await cellFramesIn(before)]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect([await framesIn(after), await cellFramesIn(after)]).toEqual([
      [3, 4, 5],
      [3, 4, 5],
    ]);
  });
});
