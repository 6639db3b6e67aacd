import { expect, test } from 'vitest';
import { cellsOf } from '#protocol/cell-map.ts';
import { ConfigError } from '#protocol/errors.ts';
import { demoCamera } from '#tracker/commands/demo-camera.ts';
import { startCommand } from '../support/cli.ts';

test('without cells the camera films beads alone', () => {
  const camera = demoCamera({ beads: 5, port: 0 } as object);
  expect(camera).toMatchObject({ command: 'simulated', settings: { beads: 5 }, cells: null });
  expect(camera.scene.beads).toHaveLength(5);
});

test('with cells it films as many as are said, below the beads', () => {
  const camera = demoCamera({ calcium: 9, beads: 4, rateHz: 1 } as object);
  expect(camera).toMatchObject({ command: 'simulated-calcium', settings: { beads: 4, cells: 9, rateHz: 1 } });
  expect(camera.scene).toMatchObject({ width: 512, height: 80 });
  expect(cellsOf(camera.cells!)).toHaveLength(9);
  expect(camera.cells!.runs[0]).toBeGreaterThan(80 * 512);
  const usual = demoCamera({ calcium: true });
  expect([usual.scene.beads.length, cellsOf(usual.cells!).length]).toEqual([12, 40]);
});

test('what only the other camera has is refused by name', () => {
  expect(() => demoCamera({ rateHz: 1 } as object)).toThrow(ConfigError);
  expect(() => demoCamera({ rateHz: 1 } as object)).toThrow(/rateHz/);
  expect(() => demoCamera({ calcium: 9, stepNm: 5 } as object)).toThrow(/stepNm/);
});

test('the demo measures its cells beside its beads', async () => {
  const demo = startCommand([
    ...['demo', '--calcium', '8', '--beads', '2', '--port', '0', '--no-record', '--engine', 'reference'],
    ...['--fps', '20', '--width', '256', '--spikes', 'poisson'],
  ]);
  try {
    const [, url] = await demo.says(/dashboard: (\S+)/);
    const health = async () => (await (await fetch(`${url}health`)).json()).calcium;
    await expect.poll(async () => (await health()).measured, { interval: 100 }).toBeGreaterThan(20);
    expect(await health()).toMatchObject({ on: true, cells: 8 });
  } finally {
    demo.process.kill('SIGINT');
  }
  const { code, stdout } = await demo.done;
  expect(stdout).toMatch(/frames: \d+ offered/);
  expect(code).toBe(0);
});
