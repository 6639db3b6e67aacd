import { expect, test } from 'vitest';
import { runCommand } from '../support/cli.ts';

test('camera list names every kind, its settings with units and ranges, and whether it can run here', async () => {
  const { code, stdout } = await runCommand('camera', 'list');
  expect(code).toBe(0);
  for (const kind of [
    'simulated',
    'simulated-calcium',
    'replay',
    'folder',
    'ffmpeg',
    'aravis',
    'micro-manager',
  ]) {
    expect(stdout).toMatch(new RegExp(`^${kind}: `, 'm'));
  }
  expect(stdout).toContain('  photonsPerPixel: Photons detected');
  expect(stdout).toContain('  fps: Frames a second (above 0, at most 100000; default 100)');
  expect(stdout).toMatch(/^ffmpeg: .*\n( {2}.*\n)*? {2}(device: \/dev\/video\d+|no device found)$/m);
});

test('camera list KIND names that kind alone, and refuses one it does not know', async () => {
  const { stdout } = await runCommand('camera', 'list', 'folder');
  expect(stdout).toMatch(/^folder: /);
  expect(stdout).not.toMatch(/^simulated/m);
  const { code, stderr } = await runCommand('camera', 'list', 'webcam');
  expect(code).not.toBe(0);
  expect(stderr).toContain('camera list: expected one of simulated, simulated-calcium, replay, folder');
});
