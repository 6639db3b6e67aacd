import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTrackTable } from '#protocol/track-table.ts';
import { exportCsv } from '#recording/export-csv.ts';
import { readTracks } from '#recording/read-recording.ts';
import { readWindow } from '#recording/read-window.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { FIT_COLUMNS } from '#recording/track-block.ts';
import { createTrackFile } from '#recording/track-file.ts';
import { TrackIndex } from '#recording/track-index.ts';
import type { TrackedFrames } from '#sinks/track-sink.ts';
import { precisePlan } from '../stages/precision-exam.ts';
import { FACTS, testFolder, trackedBatch } from './example-run.ts';

const FRAMES = 6;
const BEADS = 3;
const facts = { ...FACTS, plan: precisePlan() };

/** The example with columns of a fit, each number of which tells its column and row. */
function fittedBatch(fits = true): TrackedFrames {
  const batch = trackedBatch(100, FRAMES, BEADS);
  const table = createTrackTable(FRAMES, BEADS, 0, fits);
  for (const name of ['xPx', 'yPx', 'zNm', 'score'] as const) table[name].set(batch.table[name]);
  for (const [column, name] of FIT_COLUMNS.entries()) {
    for (let row = 0; row < table[name].length; row++) table[name][row] = column + row / 32;
  }
  return { ...batch, table };
}

/** [column][row] of a fit in a file. */
async function fitOf(path: string): Promise<number[][]> {
  const columns: number[][] = FIT_COLUMNS.map(() => []);
  for await (const { rows, fit } of readTracks(path)) {
    for (const [column, name] of FIT_COLUMNS.entries()) {
      columns[column]!.push(...Array.from({ length: rows }, (_, row) => fit![name][row]!));
    }
  }
  return columns;
}

const written = FIT_COLUMNS.map((_, column) =>
  Array.from({ length: FRAMES * BEADS }, (_, row) => column + row / 32),
);

describe('columns of a fit', () => {
  test('come back from a file of tracks, and go on into its CSV', async () => {
    const folder = testFolder();
    const path = join(folder, 'tracks.arrows');
    const file = await createTrackFile(path, facts);
    file.tracked(fittedBatch());
    await file.close();
    expect(await fitOf(path)).toEqual(written);
    await exportCsv(path, join(folder, 'tracks.csv'));
    const [header, first, second] = readFileSync(join(folder, 'tracks.csv'), 'utf8').split('\n');
    expect(header).toBe('frame,timeNs,bead,xPx,yPx,zNm,score,status,sigmaXPx,sigmaYPx,sigmaZNm,chiSquared');
    expect(first!.split(',').slice(-4)).toEqual(['0', '1', '2', '3']);
    expect(second!.split(',').slice(-4)).toEqual(['0.03125', '1.03125', '2.03125', '3.03125']);
  });

  test('are in a window of it, for each point and as extremes of buckets', async () => {
    const path = join(testFolder(), 'tracks.arrows');
    const file = await createTrackFile(path, facts);
    file.tracked(fittedBatch());
    await file.close();
    const query = { beads: [10], fromS: 0, toS: 1 };
    const every = await readWindow(new TrackIndex(path), { ...query, points: 100 });
    const thinned = await readWindow(new TrackIndex(path), { ...query, points: 2 });
    const rows = Array.from({ length: FRAMES }, (_, frame) => frame * BEADS + 1);
    for (const [column, name] of FIT_COLUMNS.entries()) {
      const truth = rows.map((row) => column + row / 32);
      expect([...every.traces[0]!.least[name]!]).toEqual(truth);
      expect([...thinned.traces[0]!.least[name]!]).toEqual([Math.min(...truth)]);
      expect([...thinned.traces[0]!.most![name]!]).toEqual([Math.max(...truth)]);
    }
  });

  test('are in a CSV that is tracked into at once', async () => {
    const path = join(testFolder(), 'tracks.csv');
    const file = await createTrackFile(path, facts);
    file.tracked(fittedBatch());
    await file.close();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => line.split(',').length)).toEqual(Array(FRAMES * BEADS + 1).fill(12));
  });

  test('are in a recording, and NaN where a table has none', async () => {
    const folder = join(testFolder(), 'run');
    const recorder = await createRunRecorder(folder, facts);
    recorder.tracked(fittedBatch());
    recorder.tracked(fittedBatch(false));
    await recorder.close();
    const columns = await fitOf(join(folder, 'tracks.arrows'));
    expect(columns).toEqual(written.map((rows) => [...rows, ...Array(FRAMES * BEADS).fill(Number.NaN)]));
  });

  test('are not there without a fit', async () => {
    const path = join(testFolder(), 'tracks.arrows');
    const file = await createTrackFile(path, FACTS);
    file.tracked(trackedBatch(100, FRAMES, BEADS));
    await file.close();
    for await (const { fit } of readTracks(path)) expect(fit).toBeNull();
  });
});
