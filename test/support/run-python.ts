import { spawnSync } from 'node:child_process';
import { pythonWith } from './python.ts';

/**
 * Runs a Python script that makes or judges files.
 * @param modules it needs; a test that calls this is skipped without them
 * @returns what it printed
 */
export function runPython(modules: readonly string[], script: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(pythonWith(...modules)!, ['-c', script, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`python: ${stderr}`);
  return stdout;
}
