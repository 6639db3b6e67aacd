import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OutputExistsError, RecordingError } from '#protocol/errors.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createCsvWriter } from '#recording/csv.ts';
import { exportCsv } from '#recording/export-csv.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { expectedRows, FACTS, type Row, testFolder, trackedBatch } from './example-run.ts';

async function recordedRun(): Promise<string> {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS, { blockRows: 20 });
  recorder.tracked(trackedBatch(7, 30, 3));
  await recorder.close();
  return folder;
}

/** Rows of a CSV with the status names turned back into bits. */
function parseCsv(text: string): Row[] {
  const lines = text.trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const [frame, timeNs, bead, xPx, yPx, zNm, score, status] = line.split(',');
    const bits = status === 'ok' ? 0 : TRACK_STATUS[status as keyof typeof TRACK_STATUS];
    const numbers = [xPx, yPx, zNm].map(Number) as [number, number, number];
    return [Number(frame), BigInt(timeNs!), Number(bead), ...numbers, Math.fround(Number(score)), bits];
  });
}

test('a CSV has the promised columns and loses no digit', async () => {
  const run = await recordedRun();
  const csv = join(run, 'tracks.csv');
  expect(await exportCsv(run, csv)).toBe(90);
  const text = readFileSync(csv, 'utf8');
  expect(text.split('\n', 1)[0]).toBe('frame,timeNs,bead,xPx,yPx,zNm,score,status');
  expect(parseCsv(text)).toEqual(expectedRows(7, 30, 3));
});

test('a row without z says NaN and why', async () => {
  const run = await recordedRun();
  const csv = join(run, 'tracks.csv');
  await exportCsv(run, csv);
  const lines = readFileSync(csv, 'utf8').split('\n');
  // Bead 3 is the first of frame 8, row 8 * 3 = 24 of the example: every fifth row has no z.
  expect(lines[4]).toMatch(/^8,1767225600080000007,3,[\d.]+,[\d.]+,NaN,NaN,out-of-range$/);
  expect(lines[1]).toMatch(/^7,1767225600070000007,3,[\d.]+,[\d.]+,501,0\.8888889,ok$/);
});

test('a single file of tracks is exported too, also one cut by a crash', async () => {
  const run = await recordedRun();
  const arrows = join(run, 'tracks.arrows');
  truncateSync(arrows, readFileSync(arrows).length - 20);
  const csv = join(run, 'tracks.csv');
  // 20 rows hold 6 frames of 3 beads: five batches of 18, the last is cut.
  expect(await exportCsv(arrows, csv)).toBe(72);
  expect(parseCsv(readFileSync(csv, 'utf8'))).toEqual(expectedRows(7, 24, 3));
});

test('an existing CSV is refused without force and left as it is', async () => {
  const run = await recordedRun();
  const csv = join(run, 'tracks.csv');
  writeFileSync(csv, 'precious');
  await expect(exportCsv(run, csv)).rejects.toThrow(OutputExistsError);
  expect(readFileSync(csv, 'utf8')).toBe('precious');
  expect(await exportCsv(run, csv, { force: true })).toBe(90);
});

test('a wrong source leaves no CSV behind', async () => {
  const folder = testFolder();
  const csv = join(folder, 'tracks.csv');
  await expect(exportCsv(folder, csv)).rejects.toThrow(RecordingError);
  await expect(exportCsv(join(folder, 'none.arrows'), csv)).rejects.toThrow(RecordingError);
  expect(existsSync(csv)).toBe(false);
});

test('a score is written with the fewest digits that read back to the same float32, up to nine', () => {
  const path = join(testFolder(), 'scores.csv');
  const scores = [0.9, 1, -1, 0, 0.110000014, 0.8888889, Number.NaN, 1e-9];
  const writer = createCsvWriter(path);
  writer.write({
    rows: scores.length,
    frame: new Uint32Array(scores.length),
    timeNs: new BigInt64Array(scores.length),
    bead: new Uint32Array(scores.length),
    xPx: new Float64Array(scores.length),
    yPx: new Float64Array(scores.length),
    zNm: new Float64Array(scores.length),
    score: Float32Array.from(scores),
    status: new Uint16Array(scores.length),
    fit: null,
  });
  writer.close();
  const written = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
  expect(written.map((line) => line.split(',')[6])).toEqual(scores.map(String));
});
