import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { readCells } from '#recording/read-cells.ts';
import { openRun, readFates, readTracks } from '#recording/read-recording.ts';
import { measuredCells } from '../support/measured-cells.ts';
import { allRows, expectedRows, testFolder } from './example-run.ts';

const BEADS = 20;
const CELLS = 4;

function measuredRows(first: number, frames: number): { frame: number[]; counts: number[] } {
  const batch = measuredCells(first, frames, CELLS);
  const frame = batch.frames.flatMap(({ id }) => Array<number>(CELLS).fill(id));
  return { frame, counts: [...batch.columns.counts] };
}

test.each(['without motors', 'with motors'])(
  'a process killed while recording %s leaves every row it had reported as written',
  async (motors) => {
    const folder = join(testFolder(), 'run');
    const script = new URL('../support/kill-child.ts', import.meta.url).pathname;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', script, folder, ...(motors === 'with motors' ? ['motors'] : [])],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const exited = once(child, 'exit');
    let reported = 0;
    let cellsReported = 0;
    let fatesReported = 0;
    let batches = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      [reported, cellsReported, fatesReported] = line.split(' ').map(Number) as [number, number, number];
      batches++;
      if (batches >= 20 && cellsReported > 0) child.kill('SIGKILL');
    }
    expect((await exited)[1]).toBe('SIGKILL');

    const run = await openRun(folder);
    expect(run.record.endedAt).toBeNull();
    const rows = await allRows(readTracks(run.tracksPath));
    expect(reported).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThanOrEqual(reported);
    expect(rows).toEqual(expectedRows(0, rows.length / BEADS, BEADS));

    expect(fatesReported).toBeGreaterThan(0);
    let lastFrame = -1;
    for await (const fate of readFates(run.framesPath)) {
      const magnetMm = motors === 'with motors' ? 2.5 : null;
      expect(fate).toMatchObject({ frame: lastFrame + 1, fate: 'tracked', magnetMm });
      lastFrame = fate.lastFrame;
    }
    expect(lastFrame + 1).toBeGreaterThanOrEqual(fatesReported);

    const cells: number[] = [];
    for await (const batch of readCells(run.cellsPath)) {
      const { frame, counts } = measuredRows(batch.frame[0]!, batch.rows / CELLS);
      expect([...batch.frame.subarray(0, batch.rows)]).toEqual(frame);
      expect([...batch.counts.subarray(0, batch.rows)]).toEqual(counts);
      cells.push(...frame);
    }
    expect(cells.length).toBeGreaterThanOrEqual(cellsReported);
    expect(cells).toEqual(measuredRows(0, cells.length / CELLS).frame);
  },
);
