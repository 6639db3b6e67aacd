import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSimulatedCameraOptions, simulatedScene } from '#camera-adapters/simulated.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { type RunningCommand, startCommand } from '../support/cli.ts';
import { TOKENS, tokensFile } from '../support/door-server.ts';
import { startServe, startSimulated } from '../support/live-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SCENE = { beads: 2, referenceBeads: 2, radiiNm: [700], roiSpacing: 64, seed: 8 };
const CAMERA = [
  ...['--beads', '2', '--reference-beads', '2', '--radii-nm', '700', '--roi-spacing', '64', '--seed', '8'],
  ...['--fps', '60', '--focus-hysteresis-nm', '30', '--z-range-nm', '2500,2600', '--drift-nm-per-s', '0,0,0'],
];
const SWEEP = [
  '--from',
  '-250',
  '--to',
  '250',
  '--step',
  '50',
  '--frames',
  '3',
  '--settle',
  '150',
  '--both-ways',
];
const PLANES = 22;

/** A tracker with a camera, both in processes of their own, that records into `folder`. */
async function start(folder: string, args: readonly string[] = []) {
  const { beads } = simulatedScene(parseSimulatedCameraOptions(SCENE));
  const out = join(folder, 'runs');
  const serve = await startServe(folder, beads, { args: ['--out', out, '--engine', 'wasm', ...args] });
  return { serve, sweeps: join(out, 'sweeps') };
}

function sweep(url: string, args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  const command = startCommand(['zlut', 'sweep', '--tracker', url, ...args], env);
  onTestFinished(() => void command.process.kill('SIGKILL'));
  return command;
}

test('a sweep goes on after Ctrl-C and after its tracker was killed, and leaves nothing but its Z-LUTs', async () => {
  const folder = temporaryFolder();
  const first = await start(folder);
  startSimulated(first.serve.url, ...CAMERA);
  await first.serve.says(/camera 'simulated'/);

  // Ctrl-C stops it and brings the focus home.
  const stopped = sweep(first.serve.url, SWEEP);
  await stopped.says(/plane 4 of 22/);
  stopped.process.kill('SIGINT');
  const { code, stderr } = await stopped.done;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('the focus returns to where it was');
  const [name] = readdirSync(first.sweeps);
  const path = join(first.sweeps, name!);
  expect(existsSync(join(path, 'stack.bin'))).toBe(false);

  // The tracker is killed while it goes on.
  const resumed = sweep(first.serve.url, ['--resume']);
  const [, plane] = await resumed.says(/plane (9|1\d) of 22/);
  first.serve.process.kill('SIGKILL');
  const killed = await resumed.done;
  expect(killed.code).toBe(1);
  expect(killed.stderr).toContain('zlut sweep --resume');
  const { planesDone } = JSON.parse(readFileSync(join(path, 'sweep.json'), 'utf8'));
  expect(planesDone).toBeGreaterThanOrEqual(Number(plane));
  expect(planesDone).toBeLessThan(PLANES);
  await first.serve.done;

  // Another tracker takes the rest.
  const second = await start(folder);
  startSimulated(second.serve.url, ...CAMERA);
  await second.serve.says(/camera 'simulated'/);
  const ended = await sweep(second.serve.url, ['--resume', name!]).done;
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toMatch(/bead 0: bead-0.zlut, \d+ frames used/);
  expect(readdirSync(second.sweeps)).toEqual([name]);
  expect(readdirSync(path).sort()).toEqual([
    'bead-0.html',
    'bead-0.zlut',
    'bead-1.html',
    'bead-1.zlut',
    'planes.csv',
    'rois.csv',
    'stack-rois.csv',
    'stack.bin',
    'stack.json',
    'sweep.json',
  ]);
  const zLut = await readZLut(join(path, 'bead-0.zlut'));
  expect(zLut.planes).toBeGreaterThanOrEqual(PLANES / 2);
  const lines = readFileSync(join(path, 'planes.csv'), 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(1 + 3 * PLANES);

  // 10 nm: 3 frames of 8 bits a plane, and play that was taken up anew after each interruption.
  const [, hysteresisNm] = /hysteresis (-?[\d.]+) nm/.exec(ended.stdout)!;
  expect(Math.abs(Math.abs(Number(hysteresisNm)) - 30), ended.stdout).toBeLessThan(10);
  await second.serve.stop();
});

test('only an operator may sweep', async () => {
  const folder = temporaryFolder();
  const { serve, sweeps } = await start(folder, ['--tokens', tokensFile(folder)]);
  for (const [role, words] of [
    ['viewer', /E_ACCESS sweep-start: expected the role operator, received the role viewer/],
    ['camera', /expected a live link, received Unexpected server response: 403/],
  ] as const) {
    const command = sweep(serve.url, SWEEP, { TWEEZERTRACK_TOKEN: TOKENS[role] });
    const { code, stderr } = await command.done;
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
  }
  expect(existsSync(sweeps)).toBe(false);
  const operator = sweep(serve.url, SWEEP, { TWEEZERTRACK_TOKEN: TOKENS.operator });
  expect((await operator.done).stderr).toContain(
    'E_DEVICE focus stage: expected one that came with the camera',
  );
  await serve.stop();
});
