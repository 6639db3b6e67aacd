import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCalisto } from '#exports/calisto.ts';
import { calistoMotors, writeCalistoMotors } from '#exports/calisto-motors.ts';
import type { ExportTable } from '#exports/table.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bytesOf, knownTable, sourceOf } from './random-source.ts';

const path = join(temporaryFolder(), 'tracks.txt');

// Bead 10 comes with the second frame, bead 3 is gone in the third, frames 9 and 10 were not tracked.
const { table, values } = knownTable(5, [2, 3]);
(values[0] as Uint32Array).set([7, 8, 8, 11, 12]);
const startNs = 1_767_225_600_000_000_007n;
(values[1] as BigInt64Array).set(
  [0n, 10_000_000n, 10_000_000n, 40_000_001n, 12_000_000_000n].map((ns) => startNs + ns),
);
(values[2] as Uint32Array).set([3, 10, 3, 10, 3]);
const of = (column: number, row: number) => String((values[column] as Float64Array)[row]);
const xyz = (row: number) => [3, 4, 5].map((column) => of(column, row)).join(' ');

test('a line a frame, beads in ascending order, NaN where a bead was not tracked', async () => {
  const { rows, columns } = await writeCalisto(path, sourceOf(table));
  expect(rows).toBe(5);
  expect(readFileSync(path, 'utf8').split('\n')).toEqual([
    `7 0.000000000 ${xyz(0)} NaN NaN NaN`,
    `8 0.010000000 ${xyz(2)} ${xyz(1)}`,
    `11 0.040000001 NaN NaN NaN ${xyz(3)}`,
    `12 12.000000000 ${xyz(4)} NaN NaN NaN`,
    '',
  ]);
  expect(columns.columns).toEqual(['frame', 'time', 'x3', 'y3', 'z3', 'x10', 'y10', 'z10']);
  expect(columns.units).toMatchObject({ x: 'nm', y: 'nm' });
});

test.skipIf(!pythonWith('numpy'))(
  `NumPy reads every number bit for bit${skippedWithout('numpy')}`,
  async () => {
    await writeCalisto(path.replace('tracks', 'again'), sourceOf(table));
    const script =
      'import sys, numpy as np; a = np.loadtxt(sys.argv[1]); print(a.shape, a[[0, 1, 3], 2:5].tobytes().hex())';
    const first = Float64Array.from(
      [0, 2, 4].flatMap((row) => [3, 4, 5].map((column) => Number(of(column, row)))),
    );
    const read = runPython(['numpy'], script, path.replace('tracks', 'again'));
    expect(read.trim()).toBe(`(4, 8) ${bytesOf(first).toString('hex')}`);
  },
);

test('where magnets were is a file of its own, a line for each of the tracks', async () => {
  const magnetMm = Float64Array.from([1.5, 1.25, 1.25, Number.NaN, 1]);
  const magnetTurns = Float64Array.from([-3, -2.5, -2.5, 0, 10]);
  const columns = ['magnetMm', 'magnetTurns'].map((name) => ({ name, type: 'f64' as const, unit: '' }));
  const moved: ExportTable = {
    ...table,
    columns: [...table.columns, ...columns],
    async *blocks() {
      let from = 0;
      for await (const block of table.blocks()) {
        const to = from + block[0]!.length;
        yield [...block, magnetMm.subarray(from, to), magnetTurns.subarray(from, to)];
        from = to;
      }
    },
  };
  expect([calistoMotors(table), calistoMotors(moved)]).toEqual([[], ['magnetMm', 'magnetTurns']]);
  const motorsPath = path.replace('tracks', 'tracks_motors');
  await writeCalistoMotors(motorsPath, moved);
  expect(readFileSync(motorsPath, 'utf8')).toBe(
    '7 0.000000000 1.5 -3\n8 0.010000000 1.25 -2.5\n11 0.040000001 NaN 0\n12 12.000000000 1 10\n',
  );
});
