import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import { cellLabels } from '#protocol/cell-map.ts';
import type { RecordingError } from '#protocol/errors.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { type FileAccess, openFile } from '#recording/append-file.ts';
import { BatchEncoder } from '#recording/batch-encoder.ts';
import type { CellGap } from '#recording/cell-gap-log.ts';
import { cellsSchema } from '#recording/cell-schema.ts';
import { readCellTraces } from '#recording/cell-traces.ts';
import { readCellGaps, readCells } from '#recording/read-cells.ts';
import { openRun, readTracks } from '#recording/read-recording.ts';
import type { RecorderOptions } from '#recording/recorder-options.ts';
import { repairArrowStream } from '#recording/repair-arrow-stream.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';
import { cellFacts, cellMap, measuredCells } from '../support/measured-cells.ts';
import { until } from '../support/until.ts';
import { allRows, expectedRows, FACTS, testFolder, trackedBatch } from './example-run.ts';

const QUIET = { flushMs: 1e6, syncMs: 1e6 };

async function recorderIn(options: RecorderOptions = QUIET) {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS, options);
  return { folder, recorder, cells: recorder.cells };
}

/** Rows as plain values: frame, time, cell, columns, event. */
type CellRow = (number | bigint)[];

async function rowsOf(folder: string): Promise<CellRow[]> {
  const rows: CellRow[] = [];
  for await (const batch of readCells(join(folder, 'cells.arrows'))) {
    for (let row = 0; row < batch.rows; row++) {
      const values = CELL_COLUMNS.map((name) => batch[name][row]!);
      rows.push([batch.frame[row]!, batch.timeNs[row]!, batch.cell[row]!, ...values, batch.event[row]!]);
    }
  }
  return rows;
}

function expectedCells({ frames, cells, columns, events }: MeasuredCells): CellRow[] {
  return frames.flatMap(({ id, timeNs }, frame) =>
    Array.from(cells, (cell, index) => {
      const row = frame * cells.length + index;
      return [id, timeNs, cell, ...CELL_COLUMNS.map((name) => columns[name][row]!), events[row]!];
    }),
  );
}

async function gapsOf(folder: string): Promise<CellGap[]> {
  const gaps: CellGap[] = [];
  for await (const gap of readCellGaps(join(folder, 'cell-gaps.arrows'))) gaps.push(gap);
  return gaps;
}

test('cells read back to the same rows, NaN and nanoseconds included, and the file says what they are', async () => {
  const { folder, recorder, cells } = await recorderIn({ ...QUIET, blockRows: 7 });
  cells.changed(cellFacts(3));
  for (let first = 0; first < 40; first += 4) cells.measured(measuredCells(first, 4, 3));
  await recorder.close();
  const rows = await rowsOf(folder);
  expect(rows).toEqual(expectedCells(measuredCells(0, 40, 3)));
  expect(rows[0]![1]).toBe(1_767_225_600_000_000_007n);
  expect(rows.filter((row) => Number.isNaN(row[6]))).toHaveLength(30);
  const { schema } = tableFromIPC(readFileSync(join(folder, 'cells.arrows')));
  expect(schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
    ...['frame Uint32', 'timeNs Int64', 'cell Uint16', 'counts Float32', 'neuropil Float32'],
    ...['baseline Float32', 'dff Float32', 'noise Float32', 'rate Float32', 'event Uint8'],
  ]);
  expect(JSON.parse(schema.metadata.get('settings')!)).toMatchObject({ frame: 0, fps: 30, cells: 3 });
  expect(JSON.parse(schema.metadata.get('units')!)).toHaveProperty('dff');
  expect(recorder.stats.cells).toEqual({
    ...{ rowsWritten: 120, rowsWaiting: 0, rowsLost: 0 },
    frames: { measured: 40, skipped: 0, lost: 0 },
  });
});

test('a run without cells has no file of them, and its record does not speak of them', async () => {
  const { folder, recorder } = await recorderIn();
  recorder.tracked(trackedBatch(0, 3, 2));
  recorder.cells.changed(cellFacts(3));
  await recorder.close();
  expect(readdirSync(folder).filter((name) => name.startsWith('cell'))).toEqual([]);
  expect((await openRun(folder)).record).not.toHaveProperty('calcium');
});

test('skipped frames are counted and can be told from absent ones', async () => {
  const { folder, recorder, cells } = await recorderIn();
  cells.measured(measuredCells(5, 2, 2));
  cells.skipped(7, 9);
  cells.skipped(10, 10);
  cells.measured(measuredCells(11, 1, 2));
  recorder.flush();
  cells.skipped(20, 20);
  await recorder.close();
  expect(await gapsOf(folder)).toEqual([
    { frame: 7, lastFrame: 10, fate: 'skipped' },
    { frame: 20, lastFrame: 20, fate: 'skipped' },
  ]);
  const { record } = await openRun(folder);
  expect(record.calcium).toMatchObject({
    frames: { measured: 3, skipped: 5, lost: 0 },
    rows: { written: 6, lost: 0 },
  });
});

test('every map that was in use is an image in the folder, listed with its first frame and what it was used with', async () => {
  const { folder, recorder, cells } = await recorderIn();
  cells.changed(cellFacts(2));
  cells.changed(cellFacts(3));
  cells.measured(measuredCells(4, 2, 3));
  cells.changed({ ...cellFacts(3), neuropil: null });
  cells.measured(measuredCells(6, 2, 3));
  cells.changed(cellFacts(2, 5));
  cells.measured(measuredCells(8, 2, 2));
  cells.changed(cellFacts(1));
  await recorder.close();
  const settings = (await openRun(folder)).record.calcium!.settings;
  expect(settings.map(({ frame, file, cells: count, neuropil }) => [frame, file, count, neuropil])).toEqual([
    [4, 'cells-4.npy', 3, { width: 3, gap: 2, share: 0.7 }],
    [6, 'cells-4.npy', 3, null],
    [8, 'cells-8.npy', 2, { width: 3, gap: 2, share: 0.7 }],
  ]);
  expect(settings[0]).toMatchObject({ fps: 30, steps: [{ stage: 'roi-traces', params: {} }] });
  expect(readdirSync(folder).filter((name) => name.endsWith('.npy'))).toEqual(['cells-4.npy', 'cells-8.npy']);
  const image = decodeNpy(readFileSync(join(folder, 'cells-8.npy')));
  expect([image.dtype, image.shape]).toEqual(['u2', [3, 12]]);
  expect([...image.data]).toEqual([...cellLabels(cellMap(2, 5))]);
});

test('while the run goes on its record names the maps at once', async () => {
  const { folder, recorder, cells } = await recorderIn();
  cells.changed(cellFacts(2));
  cells.measured(measuredCells(0, 2, 2));
  await expect.poll(async () => (await openRun(folder)).record.calcium?.settings).toHaveLength(1);
  expect((await openRun(folder)).record.calcium).toMatchObject({ frames: null, rows: null });
  await recorder.close();
});

test('200 cells of 10 s at 100 frames a second are all recorded, beside the beads', async () => {
  const { folder, recorder, cells } = await recorderIn({});
  cells.changed(cellFacts(200));
  for (let frame = 0; frame < 1000; frame += 2) {
    recorder.tracked(trackedBatch(frame, 2, 50));
    cells.measured(measuredCells(frame, 2, 200));
    await new Promise(setImmediate);
  }
  await recorder.close();
  expect(recorder.stats.cells).toMatchObject({ rowsWritten: 200_000, rowsLost: 0 });
  const { traces, measured } = await readCellTraces(await openRun(folder), { columns: ['counts'] });
  expect([traces.length, measured]).toEqual([200, 1000]);
  const { counts } = measuredCells(0, 1000, 200).columns;
  for (const cell of [0, 117, 199]) {
    expect(traces[cell]!.columns.counts).toEqual(counts.filter((_, row) => row % 200 === cell));
  }
  expect(recorder.stats).toMatchObject({ rowsWritten: 50_000, rowsLost: 0 });
});

/** Files of cells whose writes wait until `release` is called; those of tracks are free. */
function heldCells() {
  let isHeld = true;
  const waiting: (() => void)[] = [];
  const open = async (path: string): Promise<FileAccess> => {
    const file = await openFile(path);
    if (!path.includes('cell')) return file;
    return {
      ...file,
      async write(bytes, position) {
        if (isHeld) await new Promise<void>((go) => waiting.push(go));
        await file.write(bytes, position);
      },
    };
  };
  const release = () => {
    isHeld = false;
    for (const go of waiting) go();
  };
  return { open, release };
}

test('a disk that cannot keep up with cells costs counted frames, one alarm and a recorded gap, and no tracks', async () => {
  const disk = heldCells();
  const alarms: RecordingError[] = [];
  const { folder, recorder, cells } = await recorderIn({
    ...QUIET,
    queueLimitBytes: 32_768,
    openFile: disk.open,
    onAlarm: (alarm) => alarms.push(alarm),
  });
  let frame = 0;
  const record = () => {
    recorder.tracked(trackedBatch(frame, 1, 2));
    cells.measured(measuredCells(frame, 1, 128));
    recorder.flush();
    frame++;
  };
  while (recorder.stats.cells.rowsLost === 0) record();
  const firstLost = frame - 1;
  for (let more = 0; more < 5; more++) record();
  expect(recorder.stats.cells).toMatchObject({ rowsLost: 768, frames: { measured: firstLost, lost: 6 } });
  expect(alarms.map(({ message }) => message)).toEqual([
    expect.stringMatching(/cells\.arrows: .*keeps up.*bytes waiting/),
  ]);
  disk.release();
  await until(() => recorder.stats.cells.rowsWaiting === 0);
  record();
  await recorder.close();
  expect(await rowsOf(folder)).toEqual([
    ...expectedCells(measuredCells(0, firstLost, 128)),
    ...expectedCells(measuredCells(frame - 1, 1, 128)),
  ]);
  const gaps = await gapsOf(folder);
  expect(gaps[0]!.frame).toBe(firstLost);
  expect(gaps.at(-1)!.lastFrame).toBe(frame - 2);
  expect(gaps.reduce((sum, gap) => sum + gap.lastFrame - gap.frame + 1, 0)).toBe(6);
  expect(gaps.every(({ fate }) => fate === 'recorder-overrun')).toBe(true);
  expect(await allRows(readTracks(join(folder, 'tracks.arrows')))).toEqual(expectedRows(0, frame, 2));
  expect((await openRun(folder)).record.calcium).toMatchObject({
    frames: { measured: firstLost + 1, skipped: 0, lost: 6 },
    rows: { written: 128 * (firstLost + 1), lost: 768 },
  });
});

test('a disk that is full is an alarm; with room again every row of every cell is there', async () => {
  let full = true;
  const open = async (path: string): Promise<FileAccess> => {
    if (full && path.includes('cell')) throw new Error('ENOSPC: no space left on device, open');
    return openFile(path);
  };
  const alarms: string[] = [];
  const { folder, recorder, cells } = await recorderIn({
    flushMs: 1,
    openFile: open,
    onAlarm: ({ message }) => alarms.push(message),
  });
  cells.measured(measuredCells(0, 2, 2));
  await until(() => alarms.length === 2);
  cells.measured(measuredCells(2, 2, 2));
  expect(recorder.stats.cells).toMatchObject({ rowsWritten: 0, rowsWaiting: 8, rowsLost: 0 });
  full = false;
  await until(() => recorder.stats.cells.rowsWritten === 8);
  await recorder.close();
  expect(await rowsOf(folder)).toEqual(expectedCells(measuredCells(0, 4, 2)));
  expect(alarms.toSorted()).toEqual([
    expect.stringMatching(/cell-gaps\.arrows: .*ENOSPC/),
    expect.stringMatching(/cells\.arrows: .*ENOSPC/),
  ]);
});

test('a disk that refuses cells to the end is an error of close that leaves the tracks whole', async () => {
  const open = async (path: string): Promise<FileAccess> => {
    if (path.includes('cell')) throw new Error('EIO: i/o error, open');
    return openFile(path);
  };
  const { folder, recorder, cells } = await recorderIn({ ...QUIET, openFile: open });
  recorder.tracked(trackedBatch(0, 3, 2));
  cells.measured(measuredCells(0, 3, 2));
  await expect(recorder.close()).rejects.toThrow(/EIO/);
  expect(await allRows(readTracks(join(folder, 'tracks.arrows')))).toEqual(expectedRows(0, 3, 2));
  const { record } = await openRun(folder);
  expect(record.endedAt).not.toBeNull();
  expect(record.calcium).toMatchObject({ rows: { written: 0, lost: 6 } });
});

test('wherever a crash cut them, cells read up to their last whole batch, and are repaired to that', async () => {
  const { folder, recorder, cells } = await recorderIn();
  for (let first = 0; first < 12; first += 2) {
    cells.measured(measuredCells(first, 2, 3));
    recorder.flush();
  }
  await recorder.close();
  const cut = join(testFolder(), 'cells.arrows');
  const whole = readFileSync(join(folder, 'cells.arrows'));
  const expected = expectedCells(measuredCells(0, 12, 3)).map(([frame]) => frame);
  const header = new BatchEncoder(cellsSchema(null)).header.byteLength;
  const found = new Set<number>();
  const lengths = Array.from(
    { length: Math.ceil((whole.byteLength - header) / 37) },
    (_, at) => header + 37 * at,
  );
  for (const bytes of [...lengths, whole.byteLength]) {
    writeFileSync(cut, whole.subarray(0, bytes));
    const read: number[] = [];
    for await (const batch of readCells(cut)) read.push(...batch.frame.subarray(0, batch.rows));
    expect(read).toEqual(expected.slice(0, read.length));
    found.add(read.length);
    const { cutBytes, batches } = await repairArrowStream(cut);
    expect(cutBytes).toBeLessThan(bytes - header + 1);
    const table = tableFromIPC(readFileSync(cut));
    expect([...table.getChild('frame')!.toArray()]).toEqual(read);
    expect(6 * batches).toBe(read.length);
  }
  expect([...found]).toEqual([0, 6, 12, 18, 24, 30, 36]);
  writeFileSync(cut, whole.subarray(0, header - 1));
  await expect(readCells(cut).next()).rejects.toThrow('do not start with a whole schema of ours');
});
