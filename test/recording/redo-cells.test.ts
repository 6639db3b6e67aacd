import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { calculateDfof } from '#calcium/delta-f.ts';
import { identifyEvents } from '#calcium/identify-events.ts';
import { readCellTraces } from '#recording/cell-traces.ts';
import { openRun } from '#recording/read-recording.ts';
import { redoOffline } from '#recording/redo-cells.ts';
import { redoToCsv } from '#recording/redo-csv.ts';
import { createRunRecorder, type RunRecorder } from '#recording/run-recorder.ts';
import { cellFacts, measuredCells } from '../support/measured-cells.ts';
import { FACTS, testFolder } from './example-run.ts';

const FRAMES = 400;
const CELLS = 3;

/** A run with cells as a test records them. */
async function recordedRun(record: (recorder: RunRecorder) => void): Promise<string> {
  const folder = join(testFolder(), 'run');
  const recorder = await createRunRecorder(folder, FACTS, { flushMs: 1e6, syncMs: 1e6 });
  record(recorder);
  await recorder.close();
  return folder;
}

const wholeRun = () =>
  recordedRun(({ cells }) => {
    cells.changed(cellFacts(CELLS));
    for (let first = 0; first < FRAMES; first += 50) cells.measured(measuredCells(first, 50, CELLS));
  });

/** [frame] counts of one cell of `measuredCells`. */
function countsOf(index: number, first: number, frames: number): Float32Array {
  const { counts } = measuredCells(first, frames, CELLS).columns;
  return counts.filter((_, row) => row % CELLS === index);
}

describe('traces of a run', () => {
  test('have a row a cell and every frame number, NaN where frames are skipped or missing', async () => {
    const folder = await recordedRun(({ cells }) => {
      cells.measured(measuredCells(10, 5, 2));
      cells.skipped(15, 16);
      cells.measured(measuredCells(17, 3, 3));
    });
    const read = await readCellTraces(await openRun(folder));
    expect(read).toMatchObject({
      ...{ firstFrame: 10, frames: 10, cells: [1, 3, 5], measured: 8, skipped: 2, lost: 0 },
    });
    const { timeNs } = read;
    const exact = measuredCells(10, 10, 1).frames.map((frame) => frame.timeNs);
    for (const [at, ns] of exact.entries()) {
      // A missing frame lies between its neighbors: evenly but for the ns that a third does not have.
      expect(Math.abs(Number(timeNs[at]! - ns))).toBeLessThanOrEqual(at === 5 || at === 6 ? 2 : 0);
    }
    const holes = (cell: number) =>
      [...read.traces[cell]!.columns.counts!].map((value) => (Number.isNaN(value) ? '-' : 'x')).join('');
    expect([holes(0), holes(1), holes(2)]).toEqual(['xxxxx--xxx', 'xxxxx--xxx', '-------xxx']);
    expect(read.traces[2]!.columns.neuropil!.slice(7)).toEqual(
      measuredCells(17, 3, 3).columns.neuropil.filter((_, row) => row % 3 === 2),
    );
  });

  test('that are too many to hold are refused, and can be had one by one', async () => {
    const run = await openRun(await wholeRun());
    await expect(readCellTraces(run, { mostValues: 1000 })).rejects.toThrow(
      /at most 1000 values at a time.*received 3 cells over \d+ frames or more; take fewer cells/,
    );
    const { traces } = await readCellTraces(run, { cells: [5, 4], mostValues: 1000, columns: ['dff'] });
    expect(traces.map(({ cell, columns }) => [cell, Object.keys(columns)])).toEqual([[5, ['dff']]]);
  });

  test('of a run without cells are an error that names the file', async () => {
    const run = await openRun(await recordedRun(() => {}));
    await expect(readCellTraces(run)).rejects.toThrow(/cells\.arrows: expected an Arrow IPC stream/);
  });
});

describe('a redo', () => {
  test('gives what calcium traces gives of the same counts, bit for bit', async () => {
    const { traces, fps } = await redoOffline(await openRun(await wholeRun()), { smoothS: 0.25 });
    expect(fps).toBe(30);
    for (const [index, trace] of traces.entries()) {
      const counts = { shape: [1, FRAMES], values: Float64Array.from(countsOf(index, 0, FRAMES)) };
      const dff = calculateDfof(counts, { frameRate: 30 });
      const [events] = identifyEvents(dff, { frameRate: 30, smoothSigmaSeconds: 0.25 });
      expect(events!.length).toBeGreaterThan(3);
      expect(trace.offline.dff).toEqual(dff.values);
      expect([...trace.offline.events]).toEqual([...events!]);
      const live = measuredCells(0, FRAMES, CELLS);
      expect([...trace.live.events]).toEqual(
        live.frames.flatMap(({ id }) => (live.events[id * CELLS + index] === 1 ? [id] : [])),
      );
      expect(trace.correlation).toBeGreaterThan(0.95);
    }
  });

  test('bridges missing frames by straight lines, and does not make up their values', async () => {
    const folder = await recordedRun(({ cells }) => {
      cells.changed(cellFacts(CELLS));
      cells.measured(measuredCells(0, 100, CELLS));
      cells.skipped(100, 103);
      cells.measured(measuredCells(104, 200, CELLS));
    });
    const [trace] = (await redoOffline(await openRun(folder), { cells: [1] })).traces;
    const counts = Float64Array.from(countsOf(0, 0, 304));
    for (const step of [1, 2, 3, 4])
      counts[99 + step] = counts[99]! + ((counts[104]! - counts[99]!) / 5) * step;
    const bridged = calculateDfof({ shape: [304], values: counts }, { frameRate: 30 }).values;
    for (const at of [100, 101, 102, 103]) {
      expect(trace!.offline.dff[at]).toBeNaN();
      bridged[at] = Number.NaN;
    }
    expect(trace!.offline.dff).toEqual(bridged);
    expect([...trace!.offline.dff].filter(Number.isNaN)).toHaveLength(4);
  });

  test('begins anew where the cells were changed, as it was live', async () => {
    const folder = await recordedRun(({ cells }) => {
      cells.changed(cellFacts(CELLS));
      cells.measured(measuredCells(0, 150, CELLS));
      cells.changed(cellFacts(CELLS, 4));
      cells.measured(measuredCells(150, 150, CELLS));
      cells.changed(cellFacts(CELLS, 5));
      cells.measured(measuredCells(300, 3, CELLS));
    });
    const [trace] = (await redoOffline(await openRun(folder), { cells: [3] })).traces;
    const part = (first: number) =>
      calculateDfof({ shape: [150], values: countsOf(1, first, 150) }, { frameRate: 30 }).values;
    expect(trace!.offline.dff.subarray(0, 150)).toEqual(part(0));
    expect(trace!.offline.dff.subarray(150, 300)).toEqual(part(150));
    expect([...trace!.offline.dff.subarray(300)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  test('of a run under way has the frames up to now', async () => {
    const folder = join(testFolder(), 'run');
    const recorder = await createRunRecorder(folder, FACTS, { flushMs: 1e6, syncMs: 1e6 });
    recorder.cells.measured(measuredCells(0, 60, 2));
    recorder.flush();
    await expect.poll(() => recorder.stats.cells.rowsWritten).toBe(120);
    const redone = await redoOffline(await openRun(folder), { fps: 30 });
    expect([redone.frames, redone.traces.length]).toEqual([60, 2]);
    expect(redone.traces[1]!.offline.dff.some(Number.isNaN)).toBe(false);
    await recorder.close();
  });

  test('as CSV has every frame of every cell, also where only some of them fit into memory at a time', async () => {
    const folder = await wholeRun();
    const whole = join(testFolder(), 'whole.csv');
    const summary = await redoToCsv(folder, whole, { smoothS: 0.3 });
    expect(summary).toMatchObject({ measured: FRAMES, frames: FRAMES, cells: [1, 3, 5], fps: 30 });
    const lines = readFileSync(whole, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('frame,time_s,cell,counts,dff,event,live_dff,live_event');
    expect(lines).toHaveLength(1 + CELLS * FRAMES);
    const { traces } = await redoOffline(await openRun(folder));
    const row = lines[1 + FRAMES + 37]!.split(',');
    expect(row.slice(0, 3)).toEqual(['37', '1.233333333', '3']);
    expect(Number(row[4])).toBe(traces[1]!.offline.dff[37]);
    expect(Number(row[3])).toBe(countsOf(1, 0, FRAMES)[37]);
    expect(lines[1]!.split(',')[6]).toBe('');
    const marked = (column: number) =>
      lines.slice(1).filter((line) => line.split(',')[column] === '1').length;
    expect([marked(5), marked(7)]).toEqual([summary.events, summary.liveEvents]);
    // Twice as many values are refused, for a run that grows: all three cells at a time would be.
    for (const mostValues of [1, FRAMES, 2 * FRAMES]) {
      const parted = join(testFolder(), 'parted.csv');
      const again = await redoToCsv(folder, parted, { smoothS: 0.3, mostValues });
      expect(readFileSync(parted).equals(readFileSync(whole))).toBe(true);
      expect(again).toEqual(summary);
    }
  });
});
