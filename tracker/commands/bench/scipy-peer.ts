import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DeviceError } from '#protocol/errors.ts';

const SCRIPT = fileURLToPath(new URL('./calcium-scipy.py', import.meta.url));

/** What doing a work once took. */
export interface TimesTaken {
  s: number;
  /** Of all threads, which others on the machine do not lengthen as much. */
  cpuS: number;
}

/** NumPy and SciPy of this machine with the input of one work in memory. */
export interface ScipyPeer {
  /** Their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Does the work once. */
  run(): Promise<TimesTaken>;
  close(): Promise<void>;
}

/** Whether `python3` of this machine has SciPy. */
export async function hasScipy(): Promise<boolean> {
  return promisify(execFile)('python3', ['-c', 'import scipy']).then(
    () => true,
    () => false,
  );
}

/**
 * Starts a work and waits until its input is there.
 * @throws {DeviceError} when the script ends before it should
 */
export async function openScipy(work: string, frames: number, seed: number): Promise<ScipyPeer> {
  const child = spawn('python3', [SCRIPT, work, `${frames}`, `${seed}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (!done) return value;
    throw new DeviceError({ where: SCRIPT, expected: `${work} to be measured`, received: 'its end' });
  };
  return {
    versions: JSON.parse(await nextLine()),
    async run() {
      child.stdin.write('\n');
      return JSON.parse(await nextLine());
    },
    async close() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.stdin.end();
      await ended;
    },
  };
}
