import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KeptLines } from '#calibration/kept-lines.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

test('what a write that failed left of its lines is gone with the next one', async () => {
  const path = join(folder, 'planes.csv');
  const lines = await KeptLines.begin(path, 'frame,µm\n');
  await lines.append('0,1\n');
  // Half of what a full disk did not take.
  await appendFile(path, '1,2\n2,');
  await lines.append('1,2\n2,3\n');
  await lines.append('3,4\n');
  expect(await readFile(path, 'utf8')).toBe('frame,µm\n0,1\n1,2\n2,3\n3,4\n');
});

test('a file that was there is made anew', async () => {
  const path = join(folder, 'again.csv');
  await (await KeptLines.begin(path, 'old\n')).append('older\n');
  await KeptLines.begin(path, 'new\n');
  expect(await readFile(path, 'utf8')).toBe('new\n');
});
