import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { withTemporaryOutput } from '#exports/temporary-output.ts';
import { writeWhole } from '#exports/whole-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();
const SCRIPT = new URL('../support/export-child.ts', import.meta.url).pathname;

const newFolder = () => mkdtempSync(join(root, 'export-'));

const write = (path: string) =>
  writeWhole(path, false, async (temporary) => writeFileSync(temporary, 'whole'));

/** A program that is in the middle of an export. */
async function exporting(
  path: string,
  ...more: string[]
): Promise<ChildProcessByStdio<null, Readable, null>> {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, path, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcessByStdio<null, Readable, null>, signal: NodeJS.Signals) {
  const exited = once(child, 'exit');
  child.kill(signal);
  return exited;
}

test('a program that a signal ends in an export takes its part of the file away', async () => {
  const ends = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(async (signal) => {
    const folder = newFolder();
    const child = await exporting(join(folder, 'run.csv'));
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^run\.csv\..*\.tmp$/)]);
    expect(await end(child, signal)).toEqual([null, signal]);
    expect(readdirSync(folder)).toEqual([]);
  });
  await Promise.all(ends);
});

test('a program that listens to the signal ends as it likes, and leaves nothing either', async () => {
  const folder = newFolder();
  const child = await exporting(join(folder, 'run.csv'), 'listens');
  expect(await end(child, 'SIGTERM')).toEqual([7, null]);
  expect(readdirSync(folder)).toEqual([]);
});

test('what a killed program left is replaced, not what another is writing', async () => {
  const folder = newFolder();
  const path = join(folder, 'run.csv');
  const child = await exporting(path);
  const [left] = readdirSync(folder);
  await write(path);
  expect(readdirSync(folder).sort()).toEqual(['run.csv', left]);
  await end(child, 'SIGKILL');
  expect(readdirSync(folder).sort()).toEqual(['run.csv', left]);
  // Refused without a look: what is finished stays, and so does all beside it.
  await expect(write(path)).rejects.toThrow(/expected a new file, received one that exists/);
  expect(readFileSync(path, 'utf8')).toBe('whole');
  await writeWhole(path, true, async (temporary) => writeFileSync(temporary, 'newer'));
  expect(readdirSync(folder)).toEqual(['run.csv']);
  expect(readFileSync(path, 'utf8')).toBe('newer');
});

test('of another computer, or of a process whose number is in use again, it is left when it is old', async () => {
  const folder = newFolder();
  const elsewhere = 'run.csv.00000000-1-0123abcd.tmp';
  const reused = `run.csv.00000000-${process.pid}-0123abcd.tmp`;
  const nameless = 'run.csv.0123abcd.tmp';
  for (const name of [elsewhere, reused, nameless]) writeFileSync(join(folder, name), 'half');
  const s = Date.now() / 1000;
  utimesSync(join(folder, elsewhere), s - 3700, s - 3700);
  utimesSync(join(folder, reused), s - 3000, s - 3000);
  await write(join(folder, 'run.csv'));
  expect(readdirSync(folder).sort()).toEqual(['run.csv', reused, nameless].sort());
  utimesSync(join(folder, nameless), s - 3700, s - 3700);
  await withTemporaryOutput(join(folder, 'run.csv'), async () => {});
  expect(readdirSync(folder).sort()).toEqual(['run.csv', reused].sort());
});

test('files of other names stay, however much they look like one', async () => {
  const folder = newFolder();
  const names = [
    'run.csv.tmp',
    'run.csv.mine.tmp',
    'another.csv.0123abcd.tmp',
    'run.csv.0123abcd',
    'xrun.csv.0123abcd.tmp',
  ];
  for (const name of names) {
    writeFileSync(join(folder, name), 'precious');
    utimesSync(join(folder, name), 1, 1);
  }
  await write(join(folder, 'run.csv'));
  expect(readdirSync(folder).sort()).toEqual([...names, 'run.csv'].sort());
});

test('an output that fails leaves nothing, a folder no more than a file', async () => {
  const folder = newFolder();
  const failing = withTemporaryOutput(join(folder, 'run'), async (temporary) => {
    mkdirSync(temporary);
    writeFileSync(join(temporary, 'run.json'), 'half');
    throw new RangeError('no more');
  });
  await expect(failing).rejects.toThrow('no more');
  expect(readdirSync(folder)).toEqual([]);
  expect(process.listeners('SIGHUP')).toEqual([]);
});
