import { spawnSync } from 'node:child_process';

const known = new Map<string, string | null>();

/**
 * A Python that has these modules, for checks against programs that are not ours.
 * @returns null where there is none: `apt-get install python3-MODULE` on Debian brings most
 */
export function pythonWith(...modules: string[]): string | null {
  const wanted = modules.join(', ');
  const found = known.get(wanted);
  if (found !== undefined) return found;
  // A Python of a version manager may come first and have nothing; Debian's packages go to the one in /usr/bin.
  const python = ['python3', '/usr/bin/python3'].find(
    (program) => spawnSync(program, ['-c', `import ${wanted}`], { timeout: 30_000 }).status === 0,
  );
  known.set(wanted, python ?? null);
  return python ?? null;
}

/** What a skipped test says behind its name; empty where it runs. */
export function skippedWithout(...modules: string[]): string {
  return pythonWith(...modules) ? '' : ` (skipped: no python3 with ${modules.join(', ')})`;
}
