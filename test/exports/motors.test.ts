import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { exportRun } from '#exports/export-run.ts';
import { OutputExistsError } from '#protocol/errors.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { FACTS, trackedBatch } from '../support/kill-child-batch.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const run = join(folder, 'run');
const recorder = await createRunRecorder(run, { ...FACTS, camera: { ...FACTS.camera, pixelSizeNm: 100 } });
const batch = trackedBatch(0, 4, 2);
// The magnets move down; in frame 2 nobody knows where they are. The rotation is not known at all.
const magnetMm = [4, 3.5, undefined, 2.5];
recorder.tracked({
  ...batch,
  frames: batch.frames.map((frame, at) => ({
    ...frame,
    positions: { focusZNm: 10 * at, ...(magnetMm[at] !== undefined && { magnetMm: magnetMm[at] }) },
  })),
});
await recorder.close();

test('where motors were is a column of each row, NaN where it is not known', async () => {
  const to = join(folder, 'run.npz');
  await exportRun(run, to);
  const entries = unzipSync(readFileSync(to));
  const column = (name: string) => decodeNpy(entries[`${name}.npy`]!).data;
  expect(column('focusZNm')).toEqual(Float64Array.from([0, 0, 10, 10, 20, 20, 30, 30]));
  const nan = Number.NaN;
  expect(column('magnetMm')).toEqual(Float64Array.from([4, 4, 3.5, 3.5, nan, nan, 2.5, 2.5]));
  expect(Object.keys(entries)).not.toContain('magnetTurns.npy');
});

test('CALISTO gets a motor file, which is not written over either', async () => {
  await exportRun(run, join(folder, 'force.txt'));
  const motors = join(folder, 'force_motors.txt');
  const lines = ['0 0.000000000 4', '1 0.010000000 3.5', '2 0.020000000 NaN', '3 0.030000000 2.5', ''];
  expect(readFileSync(motors, 'utf8').split('\n')).toEqual(lines);
  const beside = JSON.parse(readFileSync(join(folder, 'force.json'), 'utf8'));
  expect(beside.motors).toEqual(['frame', 'time', 'magnetMm']);
  await expect(exportRun(run, join(folder, 'force.txt'))).rejects.toThrow(OutputExistsError);
});

test.skipIf(!pythonWith('h5py'))(
  `MagScope's layout keeps them beside it${skippedWithout('h5py')}`,
  async () => {
    const to = join(folder, 'run.h5');
    await exportRun(run, to, { layout: 'magscope' });
    const script = `
import sys, h5py
g = h5py.File(sys.argv[1])['tweezertrack']
print(sorted(g), g['focus_z_nm'][:].tolist(), g['magnet_mm'][:4].tolist())`;
    expect(runPython(['h5py'], script, to).trim()).toBe(
      "['focus_z_nm', 'frame_numbers', 'magnet_mm', 'scores', 'status'] [0.0, 0.0, 10.0, 10.0, 20.0, 20.0, 30.0, 30.0] [4.0, 4.0, 3.5, 3.5]",
    );
  },
);
