import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { encodeNpy } from '#protocol/npy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openCalciumFolder } from './calcium-folder.ts';
import { judgeCalciumCase } from './calcium-judge.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

/** One case of the mean over 3 numbers and a NaN, of which the manifest says this. */
function folderOf(...changes: Record<string, unknown>[]): string {
  const path = temporaryFolder();
  writeFileSync(join(path, 'rates.npy'), encodeNpy(Float64Array.of(1, 2, 6, Number.NaN), [1, 4]));
  writeFileSync(join(path, 'mean.npy'), encodeNpy(Float64Array.of(3), [1]));
  const cases = changes.map((change) => ({
    case: 'mean_of_three',
    function: 'event_processing.calculate_mean_firing_rates',
    kind: 'spec',
    params: {},
    inputs: { firing_matrix: { npy: 'rates.npy' } },
    outputs: { mean: { npy: 'mean.npy' } },
    tolerance: { rtol: 1e-12, atol: 0 },
    ...change,
  }));
  writeFileSync(join(path, 'manifest.json'), JSON.stringify({ cases }));
  return path;
}

function judge(change: Record<string, unknown>) {
  const folder = openCalciumFolder(folderOf(change));
  return judgeCalciumCase(folder, folder.cases[0]!);
}

test('an answer within the tolerance passes, and one beyond it says where', async () => {
  expect(await judge({})).toEqual({ outcome: 'passed', lines: [] });
  expect(await judge({ outputs: { mean: { value: [3 + 1e-11] } } })).toEqual({
    outcome: 'failed',
    lines: [`mean[0]: got 3, want ${3 + 1e-11}`],
  });
});

test('another shape and a missing output fail', async () => {
  expect((await judge({ outputs: { mean: { value: [3, 3] } } })).lines).toEqual([
    'mean: got shape [1], want [2]',
  ]);
  expect((await judge({ outputs: { median: { value: 3 } } })).lines).toEqual(['median: no such output']);
});

test('infinities are written as text and compared as numbers', async () => {
  const tau = {
    function: 'event_processing.convert_tau',
    inputs: { tau_dt: { value: [[1, 0.1]] } },
    tolerance: { exact: true },
  };
  expect((await judge({ ...tau, outputs: { tau_s: { value: ['Infinity'] } } })).outcome).toBe('passed');
  expect((await judge({ ...tau, outputs: { tau_s: { value: ['-Infinity'] } } })).outcome).toBe('failed');
});

test('what has to be refused fails when it is taken', async () => {
  const blocks = { function: 'misc.generate_blocks', kind: 'error', inputs: {} };
  const errors = (value: unknown) => ({ ...blocks, outputs: { errors: { value } } });
  expect((await judge(errors([{ n: 10, block_size: 1 }]))).outcome).toBe('passed');
  expect(await judge(errors([{ n: 10, block_size: 2 }]))).toEqual({
    outcome: 'failed',
    lines: ['{"n":10,"block_size":2}: taken, want it refused'],
  });
});

test('the tool counts by kind and by module, and names what is not built', async () => {
  const path = folderOf({}, { kind: 'compat' }, { function: 'misc.tell_fortunes' });
  const { stdout } = await promisify(execFile)('npm', ['run', '-s', 'golden', '--', path], { cwd: ROOT });
  const [notBuilt, counts] = stdout.trim().split('\n');
  expect(notBuilt).toBe('not built spec misc.tell_fortunes (1 cases)');
  const one = { cases: 1, passed: 1, failed: 0, notBuilt: 0 };
  expect(JSON.parse(counts!)).toEqual({
    cases: 3,
    passed: 2,
    failed: 0,
    notBuilt: 1,
    byKind: { spec: { cases: 2, passed: 1, failed: 0, notBuilt: 1 }, compat: one },
    byModule: {
      event_processing: { cases: 2, passed: 2, failed: 0, notBuilt: 0 },
      misc: { cases: 1, passed: 0, failed: 0, notBuilt: 1 },
    },
  });
});
