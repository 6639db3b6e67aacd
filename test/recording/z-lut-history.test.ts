import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRun } from '#recording/read-recording.ts';
import { exportZLutUses, readZLutUses, zLutFileAt } from '#recording/z-lut-history.ts';
import { recordRun } from '../support/recorded-run.ts';
import { testFolder, trackedBatch } from './example-run.ts';

/** A run of frames 0 to 29 of the beads 3 and 10; the first has a Z-LUT from the start. */
const record = () => recordRun(testFolder(), 'run', { frames: 30, beads: 2 });

/** Host time at which a frame went to the engine. */
const submittedNs = (frame: number) => trackedBatch(frame, 1, 2).frames[0]!.submittedNs;

const read = async (folder: string) => readZLutUses(await openRun(folder));

const AT_START = [
  { frame: 0, bead: 3, file: 'beads.zlut.npy' },
  { frame: 0, bead: 10, file: null },
];

test('without changes every bead keeps the Z-LUT it began with', async () => {
  expect(await read(await record())).toEqual(AT_START);
});

test('a change holds from the first frame that went to the engine after it', async () => {
  const folder = await record();
  const changes = [
    `${submittedNs(12) - 1n},10,z-lut-change-0.zlut`,
    `${submittedNs(20)},3,z-lut-change-1.zlut`,
    // Of two before the same frame the later counts, and one after the last frame was of none.
    `${submittedNs(24) + 1n},10,z-lut-change-2.zlut`,
    `${submittedNs(24) + 2n},10,`,
    `${submittedNs(29) + 1n},3,z-lut-change-3.zlut`,
  ];
  writeFileSync(join(folder, 'z-lut-changes.csv'), `timeNs,bead,file\n${changes.join('\n')}\n`);
  const uses = await read(folder);
  expect(uses).toEqual([
    ...AT_START,
    { frame: 12, bead: 10, file: 'z-lut-change-0.zlut' },
    { frame: 20, bead: 3, file: 'z-lut-change-1.zlut' },
    { frame: 25, bead: 10, file: null },
  ]);
  expect([11, 12, 24, 25].map((frame) => zLutFileAt(uses, 10, frame))).toEqual([
    ...[null, 'z-lut-change-0.zlut', 'z-lut-change-0.zlut', null],
  ]);
  expect(zLutFileAt(uses, 3, 19)).toBe('beads.zlut.npy');
  expect(zLutFileAt(uses, 77, 19)).toBeNull();

  const csv = join(folder, 'uses.csv');
  expect(await exportZLutUses(folder, csv)).toBe(5);
  expect(readFileSync(csv, 'utf8')).toBe(
    'frame,bead,file\n0,3,beads.zlut.npy\n0,10,\n12,10,z-lut-change-0.zlut\n20,3,z-lut-change-1.zlut\n25,10,\n',
  );
});

test('a line that a crash cut is left out, one that is foreign is refused by its number', async () => {
  const folder = await record();
  const path = join(folder, 'z-lut-changes.csv');
  writeFileSync(path, `timeNs,bead,file\n${submittedNs(12)},10,a.zlut\n${submittedNs(20)},3,b.zl`);
  expect(await read(folder)).toEqual([...AT_START, { frame: 12, bead: 10, file: 'a.zlut' }]);
  appendFileSync(path, '/../../etc/passwd\n');
  await expect(read(folder)).rejects.toThrow(/z-lut-changes.csv line 3: expected timeNs,bead,file/);
});
