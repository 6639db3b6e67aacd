import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ZLutError } from '#protocol/errors.ts';
import { zLutQualitySchema } from '#protocol/z-lut-quality.ts';

const PROGRAM = fileURLToPath(new URL('../bin.mjs', import.meta.url));

const builtSchema = z.object({
  zLuts: z.array(
    z.object({
      bead: z.number(),
      /** Name in the folder of the sweep, or null with an error. */
      file: z.string().nullable(),
      error: z.string().nullable(),
      used: z.number(),
      rejected: z.number(),
      quality: zLutQualitySchema.nullable(),
    }),
  ),
  /** Null where a number could not be measured. */
  motion: z.object({ hysteresisNm: z.number().nullable(), driftNmPerS: z.number().nullable() }).nullable(),
});

/** What became of a sweep that was built. */
export type BuiltSweep = z.output<typeof builtSchema>;

/**
 * Builds the Z-LUTs of a sweep that is taken by `zlut sweep --build`, in a process of low priority, so that tracking
 * goes on meanwhile.
 * @param path folder of the sweep
 * @throws {ZLutError} with what the process said when it failed; the reason of `signal`
 */
export async function buildInChild(path: string, signal: AbortSignal): Promise<BuiltSweep> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [PROGRAM, 'zlut', 'sweep', '--build', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal is the tracker's to hear.
    detached: true,
  });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes).slice(-4000);
  });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    if (child.pid !== undefined) lowerPriority(child.pid);
    const [code] = await once(child, 'close');
    signal.throwIfAborted();
    if (code === 0) return builtSchema.parse(JSON.parse(said));
    throw new ZLutError({
      where: path,
      expected: 'its Z-LUTs',
      received: complaint.trim() || `exit ${code}`,
    });
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** Lets tracking have the cores first, where the system allows it. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or may not: it is built all the same.
  }
}
