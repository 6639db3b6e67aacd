import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunRecord } from '#recording/run-record.ts';
import { furtherDemoCamera } from '#tracker/commands/demo-camera.ts';
import { runCommand } from '../support/cli.ts';
import { startServe } from '../support/live-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('further cameras of the demonstration have seeds of their own, and cells as asked', () => {
  const beads = furtherDemoCamera({ beads: 3, seed: 5, rateHz: 1 }, 2, false);
  expect(beads).toMatchObject({ command: 'simulated', settings: { beads: 3, seed: 7 }, cells: null });
  const cells = furtherDemoCamera({ beads: 300, rateHz: 1, stepNm: 5 }, 1, true);
  expect(cells.settings).toEqual({ beads: 12, cells: 40, rateHz: 1, seed: 2 });
  expect(cells.cells).not.toBeNull();
});

test('the demo with two cameras records each into a folder of its own', async () => {
  const folder = temporaryFolder();
  const few = [
    '--beads',
    '2',
    '--fps',
    '20',
    '--for',
    '2s',
    '--port',
    '0',
    '--engine',
    'wasm',
    '--preset',
    'fast',
  ];
  const { code, stdout } = await runCommand('demo', '--cameras', '2', ...few, '--out', folder);
  expect(code).toBe(0);
  const runs = ['', ' of cells'].map((of) => {
    expect(Number(new RegExp(`^frames${of}: (\\d+) offered`, 'm').exec(stdout)![1])).toBeGreaterThan(0);
    return new RegExp(`^recording${of}: (.*)$`, 'm').exec(stdout)![1]!;
  });
  expect(runs[1]!.startsWith(join(folder, 'cells', ''))).toBe(true);
  expect((await readRunRecord(runs[0]!)).camera.camera).toBe('simulated');
  expect(await readRunRecord(runs[1]!)).toMatchObject({ camera: { camera: 'simulated-calcium' } });
  expect(stdout).toContain('error against the truth of cells, nm:');
});

test('the demo takes no more cameras than a tracker', async () => {
  const { code, stderr } = await runCommand('demo', '--cameras', '10', '--port', '0');
  expect([code, stderr]).toEqual([1, expect.stringContaining('--cameras: expected 1 to 9, received 10')]);
});

test('a camera by a name that is not there ends with the names that are', async () => {
  const folder = temporaryFolder();
  const settings = join(folder, 'rig.toml');
  writeFileSync(settings, '[cameras.cells]\n[cameras.side]\n');
  const serve = await startServe(folder, [], {
    args: ['--config', settings, '--engine', 'reference', '--no-record'],
  });
  await serve.says(/engine of side: reference on .*, threads: \d/);
  await serve.says(/dashboard of side: http:\S+\/cameras\/side\/ \(cameras with --as side\)/);
  const film = (...as: string[]) =>
    runCommand('camera', 'simulated', '--beads', '1', '--to', serve.url, ...as);
  const { code, stderr } = await film('--as', 'top');
  expect(code).toBe(1);
  expect(stderr).toMatch(/E_DEVICE tracker: .*expected one of cells, side, or none by name, received 'top'/);
  const wrong = await film('--as', '../x');
  expect([wrong.code, wrong.stderr]).toEqual([
    1,
    expect.stringContaining("--as: expected a name of small letters, digits and hyphens, received '../x'"),
  ]);
  const right = await film('--as', 'side', '--frames', '5', '--pace', 'fast');
  expect([right.code, right.stderr]).toEqual([0, expect.stringContaining('5 frames sent, 0 dropped')]);
  const { stdout } = await serve.stop();
  expect(stdout).toContain('frames of side: 5 offered, 5 tracked, none lost');
  expect(stdout).not.toContain('recording');
});
