import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CellColumn } from '#protocol/calcium-live.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { createRandom } from '#simulation/random.ts';
import { FACTS } from '../../recording/example-run.ts';
import { csvColumns, runCommand } from '../../support/cli.ts';
import { cellFacts, measuredCells } from '../../support/measured-cells.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const [FRAMES, ROWS, COLUMNS] = [240, 10, 12];
const FPS = 20;
const SKIPPED = 100;

/** [row, column] two cells of 4 x 4 px: float32 holds the mean of 16 whole counts. */
function labels(): Int32Array {
  return Int32Array.from({ length: ROWS * COLUMNS }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / COLUMNS), pixel % COLUMNS];
    if (row < 2 || row >= 6) return 0;
    return column >= 1 && column < 5 ? 1 : column >= 7 && column < 11 ? 2 : 0;
  });
}

/** [frame, row, column] cells that flash every 60 frames and decay. */
function movie(cells: Int32Array): Uint16Array {
  const random = createRandom(11);
  return Uint16Array.from({ length: FRAMES * cells.length }, (_, index) => {
    const [frame, cell] = [Math.floor(index / cells.length), cells[index % cells.length]!];
    const decay = Math.exp(-((frame + 25 * cell) % 60) / 12);
    return Math.round(200 + (cell === 0 ? 0 : 100 + 150 * decay) + 4 * random.normal());
  });
}

/** Records the counts of a table of `calcium traces`, live dF/F 0 throughout; one frame is skipped where asked. */
async function record(path: string, table: Record<string, number[]>, isSkipped: boolean): Promise<void> {
  const recorder = await createRunRecorder(path, FACTS);
  recorder.cells.changed({ ...cellFacts(2), fps: FPS, map: cellMapOf(labels(), COLUMNS, ROWS) });
  for (let frame = 0; frame < FRAMES; frame++) {
    const { frames } = measuredCells(frame, 1, 2);
    if (isSkipped && frame === SKIPPED) recorder.cells.skipped(frame, frame);
    else {
      const columns = Object.fromEntries(
        ['counts', 'neuropil', 'baseline', 'dff', 'noise', 'rate'].map((name) => [name, new Float32Array(2)]),
      ) as Record<CellColumn, Float32Array>;
      columns.counts.set(table.counts!.slice(2 * frame, 2 * frame + 2));
      const events = Uint8Array.from([0, frame === 50 ? 1 : 0]);
      recorder.cells.measured({ frames, cells: Uint16Array.from([1, 2]), columns, events, waveforms: [] });
    }
  }
  await recorder.close();
}

/** A column of one cell. */
function ofCell(table: Record<string, number[]>, cell: number, column: string): number[] {
  return table[column]!.filter((_, row) => table.cell![row] === cell);
}

let traced: Record<string, number[]>;

beforeAll(async () => {
  const cells = labels();
  writeFileSync(at('movie.npy'), encodeNpy(movie(cells), [FRAMES, ROWS, COLUMNS]));
  writeFileSync(at('cells.npy'), encodeNpy(cells, [ROWS, COLUMNS]));
  const done = await runCommand(
    ...['calcium', 'traces', at('movie.npy'), '--mask', at('cells.npy'), '--dff', '--events'],
    ...['--smooth', '0.3', '--fps', `${FPS}`, '--out', at('traces.csv')],
  );
  expect(done).toMatchObject({ code: 0 });
  traced = csvColumns(readFileSync(at('traces.csv'), 'utf8'));
  await record(at('run'), traced, false);
  await record(at('run-with-a-gap'), traced, true);
});

describe('calcium redo', () => {
  test('writes what calcium traces writes of the same counts, digit for digit', async () => {
    const done = await runCommand('calcium', 'redo', at('run'), '--out', at('redo.csv'));
    expect(done).toMatchObject({ code: 0, stdout: '' });
    expect(done.stderr).toMatch(/redo\.csv: 2 cells, 240 of 240 frames at 20 a second, \d+ events, 1 live/);
    const redone = csvColumns(readFileSync(at('redo.csv'), 'utf8'));
    for (const cell of [1, 2]) {
      for (const column of ['frame', 'counts', 'dff', 'event']) {
        expect(ofCell(redone, cell, column)).toEqual(ofCell(traced, cell, column));
      }
      expect(ofCell(redone, cell, 'event').filter((event) => event === 1).length).toBeGreaterThan(2);
    }
  });

  test('leaves the fields of a skipped frame empty, and says how many there are', async () => {
    const done = await runCommand(
      ...['calcium', 'redo', at('run-with-a-gap'), '--out', at('gap.csv'), '--smooth', '0.2'],
    );
    expect(done.stderr).toMatch(/239 of 240 frames at 20 a second \(1 skipped\)/);
    const line = readFileSync(at('gap.csv'), 'utf8').split('\n')[1 + SKIPPED];
    expect(line).toMatch(/^100,[\d.]+,1,,,0,,0$/);
  });

  test.each([
    ['a folder that is no run', () => [at('none'), '--out', at('x.csv')], /E_RECORDING .*run\.json/],
    ['a rate without a filter', () => [at('run'), '--out', at('x.csv'), '--fps', '2'], /more than 2 Hz/],
    ['a negative smoothing', () => [at('run'), '--out', at('x.csv'), '--smooth', '-1'], /--smooth/],
    ['a file that exists', () => [at('run'), '--out', at('traces.csv')], /E_OUTPUT_EXISTS/],
  ])('refuses %s and writes nothing', async (_, args, message) => {
    const { code, stderr } = await runCommand('calcium', 'redo', ...args());
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(existsSync(at('x.csv'))).toBe(false);
  });
});

test('export --cells writes the cells of a run beside its tracks', async () => {
  const done = await runCommand('export', at('run'), '--to', at('tracks.csv'), '--cells', at('cells.csv'));
  expect(done).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/480 points of cells in .*cells\.csv/),
  });
  const cells = csvColumns(readFileSync(at('cells.csv'), 'utf8'));
  expect(cells.counts).toEqual(traced.counts);
  expect(cells.event!.indexOf(1)).toBe(101);
});
