import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { followCommand, type RunningCommand } from './cli.ts';
import { pythonWith } from './python.ts';
import { PYTHON_CAMERAS, PYTHON_ENV } from './python-camera.ts';

const DEVICE = 'arv-fake-gv-camera-0.8';
/** One device at a time: others need an address of their own, which only an administrator can add. */
const ADDRESS = '127.0.0.1';
const BEADS = fileURLToPath(new URL('./bead-device.py', import.meta.url));

const hasDevice = spawnSync(DEVICE, ['--help']).status === 0;
const NEEDS = ['gi', 'numpy', 'websockets', 'msgpack'];
const packages = 'aravis-tools gir1.2-aravis-0.8 python3-gi python3-numpy python3-websockets python3-msgpack';

/** Whether there is a GigE Vision device to test with, and what a skipped test says. */
export const hasGige = hasDevice && pythonWith(...NEEDS) !== null;
export const skippedWithoutGige = hasGige ? '' : ` (skipped: apt-get install ${packages})`;

/** Starts a device of Aravis for the running test; it loses so many packets of a thousand. */
export async function startDevice(serial: string, lossPerMille = 0): Promise<() => void> {
  const loss = lossPerMille > 0 ? ['-r', String(lossPerMille)] : [];
  const child = spawn(DEVICE, ['-i', ADDRESS, '-s', serial, ...loss], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return () => void child.kill('SIGKILL');
}

/** Starts a device whose pixels are rings. */
export async function startBeadDevice(serial: string): Promise<void> {
  const device = followCommand(spawn(pythonWith(...NEEDS)!, [BEADS, ADDRESS, serial], { env: PYTHON_ENV }));
  onTestFinished(() => void device.process.kill('SIGKILL'));
  await device.says(/^running/m);
}

/** Starts the Aravis camera for the running test. */
export function startAravis(...args: string[]): RunningCommand {
  const script = join(PYTHON_CAMERAS, 'aravis_camera.py');
  const camera = followCommand(spawn(pythonWith(...NEEDS)!, [script, ...args], { env: PYTHON_ENV }));
  onTestFinished(() => void camera.process.kill('SIGKILL'));
  return camera;
}
