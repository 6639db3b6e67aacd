import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { csvColumns, runCommand, startCommand } from '../support/cli.ts';
import { gpuSkipReason } from '../support/gpu-adapter.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/beads/${name}`, import.meta.url));
const folder = temporaryFolder();
const noGpu = gpuSkipReason();

/** Numbers of a line such as `frames: 150 offered, 148 tracked, 2 dropped-adapter`. */
function fates(stdout: string): Record<string, number> {
  const line = /^frames: (.*)$/m.exec(stdout)![1]!;
  return Object.fromEntries(
    [...line.matchAll(/(\d+) ([a-z-]+)/g)].map(([, count, fate]) => [fate, Number(count)]),
  );
}

describe('demo', () => {
  test('films, tracks, records, accounts for every frame and ends by itself', async () => {
    const { code, stdout, stderr } = await runCommand(
      ...['demo', '--beads', '6', '--fps', '40', '--for', '4s', '--port', '0', '--engine', 'reference'],
      ...['--out', join(folder, 'demo')],
    );
    expect(stdout).toMatch(/dashboard: http:\/\/127\.0\.0\.1:\d+\//);
    const { offered, ...others } = fates(stdout);
    expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(offered);
    expect(others.tracked).toBeGreaterThan(40);
    const sd = (axis: string) => Number(new RegExp(`${axis} .* bias +([\\d.]+) sd`).exec(stdout)![1]);
    // Three times the 1 nm (x, y) and 7 nm (z) of these photons and the hard radial bins.
    expect(sd('x')).toBeLessThan(3);
    expect(sd('y')).toBeLessThan(3);
    expect(sd('z')).toBeLessThan(21);
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);

    const run = /^recording: (.*)$/m.exec(stdout)![1]!;
    const csv = join(folder, 'demo.csv');
    const exported = await runCommand('export', run, '--to', csv);
    expect(exported.stderr).toContain(`${6 * others.tracked!} points`);
    const record = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'));
    expect(record.camera).toMatchObject({ camera: 'simulated', pixelFormat: 'mono8' });
  });

  test.skipIf(noGpu)(`runs on a software GPU when asked to${noGpu ? ` (${noGpu})` : ''}`, async () => {
    const { code, stdout, stderr } = await runCommand(
      ...[
        'demo',
        '--beads',
        '2',
        '--fps',
        '10',
        '--for',
        '4s',
        '--port',
        '0',
        '--engine',
        'gpu',
        '--no-record',
      ],
    );
    expect(stderr).toContain('engine: gpu on');
    expect(fates(stdout).tracked).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  test.skipIf(noGpu)(
    `auto never takes a software adapter, and says so${noGpu ? ` (${noGpu})` : ''}`,
    async () => {
      const demo = startCommand(['demo', '--beads', '1', '--for', '1s', '--port', '0', '--no-record']);
      await demo.says(/engine: wasm on .*received the software adapter/);
      expect((await demo.done).code).toBe(0);
    },
  );

  test('a setting out of range is refused by name', async () => {
    const { code, stderr } = await runCommand('demo', '--beads', '-3', '--port', '0');
    expect(code).toBe(1);
    expect(stderr).toMatch(/E_CONFIG simulated camera: .*beads/s);
  });
});

describe('serve and camera', () => {
  test('a replayed stack is tracked as offline, to the last digit', async () => {
    const rois = join(folder, 'rois.csv');
    const truth = csvColumns(readFileSync(fixture('field-truth.csv'), 'utf8'));
    const first = truth.bead!.slice(0, 6);
    writeFileSync(
      rois,
      `bead,xPx,yPx,size\n${first.map((bead) => `${bead},${truth.xPx![bead]},${truth.yPx![bead]},64\n`).join('')}`,
    );

    const serve = startCommand([
      'serve',
      '--port',
      '0',
      '--rois',
      rois,
      '--engine',
      'reference',
      '--out',
      join(folder, 'live'),
    ]);
    const [, url] = await serve.says(/cameras: +(ws:\S+)\/camera/);
    const camera = await runCommand('camera', 'replay', fixture('field.npy'), '--to', url!, '--pace', 'fast');
    expect(camera.stderr).toContain('6 frames sent, 0 dropped');
    serve.process.kill('SIGINT');
    const { stdout, code } = await serve.done;
    expect(code).toBe(0);
    expect(stdout).toContain('frames: 6 offered, 6 tracked, none lost');

    const live = join(folder, 'live.csv');
    const offline = join(folder, 'offline.csv');
    await runCommand('export', /^recording: (.*)$/m.exec(stdout)![1]!, '--to', live);
    await runCommand(
      'track',
      fixture('field.npy'),
      '--rois',
      rois,
      '--engine',
      'reference',
      '--out',
      offline,
    );
    const [a, b] = [live, offline].map((path) => csvColumns(readFileSync(path, 'utf8')));
    for (const column of ['frame', 'bead', 'xPx', 'yPx']) expect(a![column]).toEqual(b![column]);
  });

  test('a camera reads from its input where the tracker is, and says so when it is not told', async () => {
    const serve = startCommand(['serve', '--port', '0', '--engine', 'reference', '--no-record']);
    const [, url] = await serve.says(/cameras: +(ws:\S+)\/camera/);
    const told = startCommand(['camera', 'simulated', '--frames', '3', '--to', '-']);
    told.process.stdin!.end(`${url}\n`);
    expect((await told.done).stderr).toContain('camera: 3 frames sent, 0 dropped');
    const untold = startCommand(['camera', 'simulated', '--to', '-']);
    untold.process.stdin!.end();
    const { code, stderr } = await untold.done;
    expect(code).toBe(1);
    expect(stderr).toContain('E_CONFIG --to -: expected a line with the address');
    serve.process.kill('SIGTERM');
    await serve.done;
  });

  test('a camera waits for its tracker, and a tracker outlives a camera that is killed', async () => {
    const first = startCommand(['serve', '--port', '0', '--engine', 'reference', '--no-record']);
    const [, url] = await first.says(/cameras: +(ws:\S+)\/camera/);
    const camera = startCommand(['camera', 'simulated', '--beads', '1', '--fps', '20', '--to', url!]);
    await first.says(/camera 'simulated', \d+ x \d+ mono8, 0 beads/);
    camera.process.kill('SIGKILL');
    await first.says(/warning: camera 'simulated' disconnected; the run goes on/);
    const again = startCommand(['camera', 'simulated', '--beads', '1', '--fps', '20', '--to', url!]);
    await first.says(/camera 'simulated' is back/);
    again.process.kill('SIGTERM');
    expect((await again.done).stderr).toMatch(/\d+ frames sent/);
    first.process.kill('SIGTERM');
    expect((await first.done).code).toBe(0);
  });
});
