import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openRun, readFates, readTracks } from '#recording/read-recording.ts';
import { allRows, expectedRows, testFolder } from './example-run.ts';

const BEADS = 20;

test('a process killed while recording leaves every row it had reported as written', async () => {
  const folder = join(testFolder(), 'run');
  const script = new URL('../support/kill-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let reported = 0;
  let batches = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    reported = Number(line.split(' ')[0]);
    batches++;
    if (batches === 20) child.kill('SIGKILL');
  }
  expect((await exited)[1]).toBe('SIGKILL');

  const run = await openRun(folder);
  expect(run.record.endedAt).toBeNull();
  const rows = await allRows(readTracks(run.tracksPath));
  expect(reported).toBeGreaterThan(0);
  expect(rows.length).toBeGreaterThanOrEqual(reported);
  expect(rows).toEqual(expectedRows(0, rows.length / BEADS, BEADS));

  let lastFrame = -1;
  for await (const fate of readFates(run.framesPath)) {
    expect(fate).toMatchObject({ frame: lastFrame + 1, fate: 'tracked' });
    lastFrame = fate.lastFrame;
  }
  expect(lastFrame).toBeGreaterThan(0);
});
