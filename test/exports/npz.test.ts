import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { writeNpz } from '#exports/npz.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { anyTable, bytesOf, FACTS, knownTable, sourceOf } from './random-source.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `${files++}.npz`);

test('every value of any table comes back bit for bit through another unzipper', async () => {
  await fc.assert(
    fc.asyncProperty(anyTable, async ({ table, values }) => {
      const path = newPath();
      expect(await writeNpz(path, sourceOf(table))).toBe(table.rows);
      // It checks no sums; Python below does.
      const entries = unzipSync(readFileSync(path));
      for (const [column, { name }] of table.columns.entries()) {
        for (const prefix of ['', 'cells_']) {
          const { data, shape } = decodeNpy(entries[`${prefix}${name}.npy`]!);
          expect(shape).toEqual([table.rows]);
          expect(bytesOf(data as never).equals(bytesOf(values[column]!)), name).toBe(true);
        }
      }
    }),
    { seed: 9, numRuns: 30 },
  );
});

test.skipIf(!pythonWith('numpy'))(
  `NumPy loads the columns and what the file says of itself${skippedWithout('numpy')}`,
  async () => {
    const { table, values } = knownTable(3, [40, 7]);
    const path = newPath();
    await writeNpz(path, sourceOf(table));
    const script = `
import json, sys, zipfile, numpy as np
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
d = np.load(sys.argv[1])
print(json.dumps({n: [str(d[n].dtype), list(d[n].shape), d[n].tobytes().hex()] for n in d.files if n != 'metadata'}
  | {'metadata': json.loads(d['metadata'].item())}))`;
    const read = JSON.parse(runPython(['numpy'], script, path)) as Record<string, unknown>;
    expect(read.metadata).toEqual(FACTS);
    expect(read.timeNs).toEqual(['int64', [47], bytesOf(values[1]!).toString('hex')]);
    expect(read.cells_status).toEqual(['uint16', [47], bytesOf(values[7]!).toString('hex')]);
    expect(Object.keys(read)).toHaveLength(1 + 2 * table.columns.length);
  },
);

test('a recording that changed while it was read makes no archive', async () => {
  const { table } = knownTable(3, [40, 7]);
  const path = newPath();
  await expect(writeNpz(path, sourceOf({ ...table, rows: 48 }))).rejects.toThrow(/export it again/);
});
