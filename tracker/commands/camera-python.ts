import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PythonAdapter } from '#camera-adapters/adapters.ts';
import { DeviceError } from '#protocol/errors.ts';

const FOLDER = new URL('../../camera-adapters/python/', import.meta.url);
/** One of a version manager may come first and lack what the system's has. */
const PYTHONS = ['python3', '/usr/bin/python3', 'python'];

/** A Python that imports these modules, or null. */
export function pythonFor({ modules }: PythonAdapter): string | null {
  const check = ['-c', `import ${modules.join(', ')}`];
  return PYTHONS.find((program) => spawnSync(program, check, { timeout: 20_000 }).status === 0) ?? null;
}

/**
 * Runs a camera that is a program in Python, in place of this one.
 * @throws {DeviceError} when no Python has what it needs
 */
export async function runPythonCamera(adapter: PythonAdapter, options: readonly string[]): Promise<void> {
  const python = pythonFor(adapter);
  if (!python) {
    throw new DeviceError({
      where: `camera ${adapter.name}`,
      expected: `a Python with ${adapter.modules.join(', ')}`,
      received: 'none',
      remedy: `apt-get install ${adapter.packages}`,
    });
  }
  const script = fileURLToPath(new URL(adapter.script, FOLDER));
  const child = spawn(python, [script, ...options], { stdio: 'inherit' });
  // A terminal sends them to both; others only to this one.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
