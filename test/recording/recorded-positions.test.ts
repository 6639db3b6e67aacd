import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import type { MotorPositions } from '#protocol/motor.ts';
import { csvParts } from '#recording/csv-parts.ts';
import { exportCsv } from '#recording/export-csv.ts';
import { createRunRecorder, type RunRecorder } from '#recording/run-recorder.ts';
import type { PositionSource } from '#sinks/position-source.ts';
import { FACTS, testFolder, trackedBatch } from './example-run.ts';
import { fatesOf } from './read-run-files.ts';

/** No timer flushes: a test says when. */
const QUIET = { flushMs: 1_000_000, syncMs: 1_000_000 };

async function recorderWith(positions?: PositionSource) {
  const folder = join(testFolder(), 'run');
  return { folder, recorder: await createRunRecorder(folder, FACTS, { ...QUIET, positions }) };
}

/** Tracks of frames, the positions of each as the camera sent them. */
function track(
  recorder: RunRecorder,
  first: number,
  count: number,
  sent: (frame: number) => MotorPositions | null,
) {
  const batch = trackedBatch(first, count, 2);
  const frames = batch.frames.map((frame) => ({ ...frame, positions: sent(frame.id) }));
  recorder.tracked({ ...batch, frames });
}

/** Columns of a CSV after `status`, with the frame. */
const columnsOf = (csv: string) =>
  csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',').toSpliced(1, 7).join(','));

describe('positions of motors in a recording', () => {
  test('are those that came with the frames, and nothing where none came or in a gap', async () => {
    const { folder, recorder } = await recorderWith();
    track(recorder, 0, 2, (frame) => ({ magnetMm: 3 + frame / 8 }));
    recorder.gap({ firstFrame: 2, lastFrame: 4, fate: 'dropped-link', atNs: 9n });
    track(recorder, 5, 1, () => null);
    track(recorder, 6, 1, () => ({ magnetMm: 0, magnetTurns: -2.5 }));
    await recorder.close();
    const none = { focusZNm: null, magnetMm: null, magnetTurns: null };
    expect(await fatesOf(folder)).toMatchObject([
      { frame: 0, ...none, magnetMm: 3 },
      { frame: 1, ...none, magnetMm: 3.125 },
      { frame: 2, lastFrame: 4, ...none },
      { frame: 5, ...none },
      { frame: 6, ...none, magnetMm: 0, magnetTurns: -2.5 },
    ]);
    const { metadata } = tableFromIPC(readFileSync(join(folder, 'frames.arrows'))).schema;
    expect(metadata.get('positions')).toMatch(/straight line between readings/);
    expect(JSON.parse(metadata.get('units')!).magnetTurns).toMatch(/^turns, magnet rotation/);
  });

  test('wait until they are known, in their order, and no longer than the recording', async () => {
    let knownTo = 0;
    const source: PositionSource = {
      of: ({ id }) => ({ focusZNm: 10 * id }),
      isKnown: ({ id }) => id <= knownTo,
    };
    const { folder, recorder } = await recorderWith(source);
    track(recorder, 0, 3, () => null);
    recorder.gap({ firstFrame: 3, lastFrame: 3, fate: 'dropped-link', atNs: 9n });
    knownTo = 1;
    recorder.flush();
    knownTo = 0;
    await recorder.close();
    const batches = tableFromIPC(readFileSync(join(folder, 'frames.arrows'))).batches;
    expect(batches.map(({ numRows }) => numRows)).toEqual([2, 2]);
    const rows = await fatesOf(folder);
    expect(rows.map(({ frame, focusZNm }) => [frame, focusZNm])).toEqual([
      [0, 0],
      [1, 10],
      [2, 20],
      [3, null],
    ]);
  });
});

describe('a CSV', () => {
  test('has a column for each motor the run knew of, NaN where not, the same on the page and in a file', async () => {
    const { folder, recorder } = await recorderWith();
    track(recorder, 7, 3, (frame) => (frame === 8 ? null : { magnetMm: frame / 8, focusZNm: -frame }));
    // Late: its tracks come after those of younger frames.
    track(recorder, 5, 1, () => ({ magnetMm: 1.5 }));
    await recorder.close();
    const path = join(folder, 'tracks.csv');
    expect(await exportCsv(folder, path)).toBe(8);
    const text = readFileSync(path, 'utf8');
    expect(columnsOf(text)).toEqual([
      'frame,focusZNm,magnetMm',
      ...['7,-7,0.875', '7,-7,0.875', '8,NaN,NaN', '8,NaN,NaN', '9,-9,1.125', '9,-9,1.125'],
      ...['5,NaN,1.5', '5,NaN,1.5'],
    ]);
    let parts = '';
    for await (const part of csvParts(join(folder, 'tracks.arrows'))) parts += part;
    expect(parts).toBe(text);
  });
});
