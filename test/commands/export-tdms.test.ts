import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../support/cli.ts';
import { type TdmsWritten, writeTdmsSegment } from '../support/tdms-writer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const source = join(folder, 'run.tdms');
const output = join(folder, 'traces.csv');
const channel = (
  name: string,
  type: NonNullable<TdmsWritten['type']>,
  values: TdmsWritten['values'] = [],
) => ({
  path: `/'Tracking data'/'${name}'`,
  type,
  values,
});

test('traces of LabVIEW go to a CSV with all their digits, and nothing is overwritten', async () => {
  const x = [1 / 3, Number.NaN, -1e-12];
  const bytes = writeTdmsSegment([
    channel('X0 (um)', 'f8', x),
    channel('note, "said"', 'string', ['a,b', 'say "c"']),
    channel('n', 'i8', [2n ** 60n, 2n]),
  ]);
  writeFileSync(source, bytes);
  const done = await runCommand('export', source, '--to', output);
  expect(done).toMatchObject({ code: 0 });
  expect(done.stderr).toContain(`3 rows in ${output}`);
  expect(readFileSync(output, 'utf8')).toBe(
    `X0 (um),"note, ""said""",n\n${1 / 3},"a,b",1152921504606846976\n,"say ""c""",2\n-1e-12,,\n`,
  );
  expect((await runCommand('export', source, '--to', output)).code).not.toBe(0);
  writeFileSync(source, bytes.subarray(0, bytes.length - 3));
  const forced = await runCommand('export', source, '--to', output, '--force');
  expect(forced.stderr).toContain(`${source}: segment 0: `);
  expect(readFileSync(output, 'utf8')).toContain('1152921504606846976\n,"say ""c""",\n');
});

test('another ending is refused', async () => {
  writeFileSync(source, writeTdmsSegment([channel('x', 'f8', [1])]));
  const { code, stderr } = await runCommand('export', source, '--to', join(folder, 'traces.parquet'));
  expect(code).not.toBe(0);
  expect(stderr).toContain('--to: expected a .csv for traces of TDMS');
});
