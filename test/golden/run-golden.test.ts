import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { encodeNpy } from '#protocol/npy.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const TOLERANCE = { f64: { atol: 1e-12, rtol: 0 }, f32: { atol: 1e-6, rtol: 0 } };

/** A folder with one case of `gaussian`, mu 0, sigma 1, at 0, 1 and NaN. */
function goldenFolder(want: number[], changes: Record<string, unknown> = {}): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/x.npy'), encodeNpy(Float64Array.of(0, 1, Number.NaN), [3]));
  writeFileSync(join(folder, 'in/g.npy'), encodeNpy(Float64Array.from(want), [3]));
  const golden = {
    name: 'bell',
    function: 'gaussian',
    variant: 'both',
    params: { mu: 0, sigma: 1 },
    inputs: { x: { file: 'in/x.npy', dtype: 'float64', shape: [3] } },
    outputs: { g: { file: 'in/g.npy', shape: [3], tol: TOLERANCE } },
    ...changes,
  };
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ format: 'magtrack-golden/1', cases: [golden] }),
  );
  return folder;
}

/** Runs the tool as a person does. */
async function runGolden(...args: string[]): Promise<{ status: number; lines: string[]; complaint: string }> {
  const run = promisify(execFile)('npm', ['run', '-s', 'golden', '--', ...args], { cwd: ROOT });
  const { code, stdout, stderr } = await run.then(
    (streams) => ({ code: 0, ...streams }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { status: code, lines: stdout.trim().split('\n'), complaint: stderr };
}

/** What the tool says of `gaussian` for the reference, which has it, and then an engine of kernels. */
function expectSkipped(engine: string, { status, lines }: Awaited<ReturnType<typeof runGolden>>): void {
  expect(JSON.parse(lines[0]!)).toMatchObject({ engine: 'reference', passed: 1 });
  expect(lines[1]).toBe(
    `skipped ${engine} gaussian: gaussian is not a stage, so it has no kernel of its own (1 cases)`,
  );
  expect(JSON.parse(lines[2]!)).toMatchObject({ engine, cases: 1, passed: 0, skipped: 1 });
  expect(status).toBe(0);
}

test('a folder whose cases all agree ends with the counts and status 0', async () => {
  const { status, lines } = await runGolden(goldenFolder([1, Math.exp(-0.5), Number.NaN]));
  const counts = { cases: 1, passed: 1, failed: 0, skipped: 0 };
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { engine: 'reference', ...counts, byFunction: { gaussian: counts } },
  ]);
  expect(status).toBe(0);
});

test('a wrong element is shown with got, want and tolerance, and the status is 1', async () => {
  const { status, lines } = await runGolden(goldenFolder([1, 0.5, 0.25]));
  expect(lines.slice(0, -1)).toEqual([
    'FAILED reference gaussian bell',
    `  g[1]: got ${Math.exp(-0.5)}, want 0.5 +- 1e-12`,
    '  g[2]: got NaN, want 0.25 +- 1e-12',
  ]);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ passed: 0, failed: 1 });
  expect(status).toBe(1);
});

test('a case of a function that is not known counts as failed', async () => {
  const { status, lines } = await runGolden(goldenFolder([1, 1, 1], { function: 'gauss' }));
  expect(lines[1]).toBe('  unknown function gauss');
  expect(JSON.parse(lines.at(-1)!).byFunction).toEqual({
    gauss: { cases: 1, passed: 0, failed: 1, skipped: 0 },
  });
  expect(status).toBe(1);
});

test('an engine that is not known is refused with the ones that are', async () => {
  const { status, complaint } = await runGolden(goldenFolder([1, 1, 1]), '--engine', 'abacus');
  expect(complaint).toMatch(
    /usage: npm run -s golden -- FOLDER \[--engine reference\S*\]\.\.\.; no engine 'abacus'/,
  );
  expect(status).toBe(1);
});

test('what has no kernel is skipped by wasm, after the engine named before it', async () => {
  const folder = goldenFolder([1, Math.exp(-0.5), Number.NaN]);
  expectSkipped('wasm', await runGolden(folder, '--engine', 'reference', '--engine', 'wasm'));
});

const skipReason = gpuSkipReason();

test.skipIf(skipReason)(
  `what has no kernel is skipped on the GPU, after the engine named before it${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  async () => {
    const folder = goldenFolder([1, Math.exp(-0.5), Number.NaN]);
    expectSkipped('gpu', await runGolden(folder, '--engine', 'reference', '--engine', 'gpu'));
  },
);
