import { statSync, truncateSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTracks } from '#recording/read-recording.ts';
import { readWindow } from '#recording/read-window.ts';
import { TrackIndex } from '#recording/track-index.ts';
import { recordFrames, recordRun } from '../support/recorded-run.ts';
import { allRows, testFolder } from './example-run.ts';

/** Frames of the example are 10 ms apart. */
const FRAME_S = 0.01;

/** Rows of one bead as `readTracks` has them, with s since the first. */
async function truthOf(path: string, bead: number) {
  const rows = await allRows(readTracks(path));
  const startNs = rows[0]![1];
  return rows
    .filter((row) => row[2] === bead)
    .map(([, timeNs, , xPx, yPx, zNm, score, status]) => {
      return { timeS: Number(timeNs - startNs) / 1e9, xPx, yPx, zNm, score, status };
    });
}

test('a narrow window has every number of its beads, as they were recorded', async () => {
  const path = join(await recordRun(testFolder(), 'run', { frames: 200, beads: 3 }), 'tracks.arrows');
  const query = { beads: [10, 3], fromS: 0.505, toS: 0.705, points: 100 };
  const window = await readWindow(new TrackIndex(path), query);
  expect(window).toMatchObject({ bucketS: 0, readEvery: 1 });
  expect(window.endS).toBeCloseTo(199 * FRAME_S, 9);
  for (const { bead, timeS, least, most, status } of window.traces) {
    const truth = (await truthOf(path, bead)).filter((row) => row.timeS >= 0.505 && row.timeS <= 0.705);
    expect(truth).toHaveLength(20);
    expect(most).toBeNull();
    for (const name of ['xPx', 'yPx', 'zNm', 'score'] as const) {
      expect([...least[name]]).toEqual(truth.map((row) => row[name]));
    }
    expect([...timeS]).toEqual(truth.map((row) => row.timeS));
    expect([...status]).toEqual(truth.map((row) => row.status));
  }
  expect(window.traces.map(({ bead }) => bead)).toEqual([10, 3]);
});

test('a wide window has the smallest and largest value of every bucket and all its status bits', async () => {
  const path = join(await recordRun(testFolder(), 'run', { frames: 500, beads: 2 }), 'tracks.arrows');
  const window = await readWindow(new TrackIndex(path), { beads: [10], fromS: 0, toS: 5, points: 40 });
  expect(window.bucketS).toBeCloseTo(0.25, 12);
  const [trace] = window.traces;
  const truth = await truthOf(path, 10);
  expect(trace!.timeS).toHaveLength(20);
  let statuses = 0;
  for (const [at, beginS] of trace!.timeS.entries()) {
    const inside = truth.filter(({ timeS }) => Math.floor(timeS / window.bucketS) === at);
    expect(beginS).toBeCloseTo(at * window.bucketS, 12);
    for (const name of ['xPx', 'yPx', 'zNm', 'score'] as const) {
      const values = inside.map((row) => row[name]).filter((value) => !Number.isNaN(value));
      expect(trace!.least[name][at]).toBe(Math.min(...values));
      expect(trace!.most![name][at]).toBe(Math.max(...values));
    }
    expect(trace!.status[at]).toBe(inside.reduce((bits, { status }) => bits | status, 0));
    statuses |= trace!.status[at]!;
  }
  expect(statuses).not.toBe(0);
});

test('a file that is cut anywhere is read up to its last whole batch', async () => {
  const path = join(await recordRun(testFolder(), 'run', { frames: 60, beads: 2 }), 'tracks.arrows');
  const whole = await readFile(path);
  const all = { beads: [3], fromS: 0, toS: 100, points: 1000 };
  let longest = 0;
  for (let bytes = whole.byteLength; bytes > 1600; bytes -= 211) {
    await writeFile(path, whole.subarray(0, bytes));
    const { traces } = await readWindow(new TrackIndex(path), all).catch((cause: Error) => {
      expect(cause.message).toMatch(/expected an Arrow IPC stream/);
      return { traces: [] };
    });
    const points = traces[0]?.timeS.length ?? 0;
    expect(points % 10).toBe(0);
    longest = Math.max(longest, points);
  }
  expect(longest).toBe(60);
});

test('a file that grows is read on from where it was', async () => {
  const recorder = await recordFrames(testFolder(), 'run', { frames: 50, beads: 2 });
  const path = join(recorder.folder, 'tracks.arrows');
  await expect.poll(() => recorder.stats.rowsWaiting).toBe(0);
  const whole = await readFile(path);
  const index = new TrackIndex(path);
  truncateSync(path, whole.byteLength - 5);
  expect((await index.refresh()).rows).toBe(80);
  await appendFile(path, whole.subarray(-5));
  const known = await index.refresh();
  expect([known.rows, known.wholeBytes, known.hasEnd]).toEqual([100, statSync(path).size, false]);
  await recorder.close();
  expect(await index.refresh()).toMatchObject({ rows: 100, hasEnd: true });
});

test('a window of more bytes than are read is sampled, and says by how much', async () => {
  // Three blocks of 1 MiB and a bit.
  const path = join(
    await recordRun(testFolder(), 'run', { frames: 700, beads: 100, batch: 50 }),
    'tracks.arrows',
  );
  const index = new TrackIndex(path);
  const { spans } = await index.refresh();
  expect(spans.length).toBeGreaterThan(2);
  const query = { beads: [3], fromS: 0, toS: 100, points: 20_000 };
  const all = await readWindow(index, query);
  const some = await readWindow(index, query, statSync(path).size / 2);
  expect([all.readEvery, all.traces[0]!.timeS.length]).toEqual([1, 700]);
  expect(some.readEvery).toBeGreaterThan(1);
  expect(some.traces[0]!.timeS.length).toBeLessThan(700);
  expect(some.traces[0]!.timeS.length).toBeGreaterThan(100);
});

test('a bead that is not in the file has no points', async () => {
  const path = join(await recordRun(testFolder(), 'run', { frames: 10, beads: 1 }), 'tracks.arrows');
  const { traces } = await readWindow(new TrackIndex(path), { beads: [99], fromS: 0, toS: 1, points: 10 });
  expect(traces.map(({ bead, timeS }) => [bead, timeS.length])).toEqual([[99, 0]]);
});

test('times that step back are sent in order', async () => {
  const folder = testFolder();
  const { createRunRecorder } = await import('#recording/run-recorder.ts');
  const { FACTS, trackedBatch } = await import('./example-run.ts');
  const recorder = await createRunRecorder(join(folder, 'run'), FACTS, { flushMs: 1e6, syncMs: 1e6 });
  for (const first of [0, 20, 10]) recorder.tracked(trackedBatch(first, 10, 1));
  await recorder.close();
  const index = new TrackIndex(join(recorder.folder, 'tracks.arrows'));
  const { traces } = await readWindow(index, { beads: [3], fromS: 0, toS: 1, points: 100 });
  const timeS = [...traces[0]!.timeS];
  expect(timeS).toHaveLength(30);
  expect(timeS).toEqual(timeS.toSorted((one, other) => one - other));
});
