import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSweepRecord } from '#calibration/sweep-folder.ts';

/** A Z-LUT file by the name it has in lists. */
export interface ZLutFile {
  /** `z-luts/FILE` or `sweeps/SWEEP/FILE`. */
  zLut: string;
  path: string;
  bytes: number;
  /** Last change, ms since 1970. */
  changedMs: number;
  /** Whether beads may be tracked with it: not while its sweep waits to be kept. */
  isKept: boolean;
}

/** Of .npy, NAME.json lies beside it and is none. */
const NAMED_LIKE_ONE = /\.(zlut|npy|txt|csv)$/i;
const OF_A_SWEEP = /^bead-\d+\.zlut$/;

/**
 * The Z-LUT files below the folder of recordings, newest first: those people put into `z-luts`, and those of sweeps
 * that are built. Links are not followed, so that none leads out of it.
 */
export async function zLutFiles(recordings: string): Promise<ZLutFile[]> {
  const own = await filesIn(join(recordings, 'z-luts'), 'z-luts', NAMED_LIKE_ONE, true);
  const sweeps = join(recordings, 'sweeps');
  const ofSweeps: ZLutFile[] = [];
  for (const entry of await entriesOf(sweeps)) {
    if (!entry.isDirectory()) continue;
    const folder = join(sweeps, entry.name);
    const record = await readSweepRecord(folder).catch(() => null);
    if (!record || record.state === 'taking') continue;
    const isKept = record.state === 'kept';
    ofSweeps.push(...(await filesIn(folder, `sweeps/${entry.name}`, OF_A_SWEEP, isKept)));
  }
  return [...own, ...ofSweeps].sort((a, b) => b.changedMs - a.changedMs || (a.zLut < b.zLut ? -1 : 1));
}

async function filesIn(folder: string, prefix: string, named: RegExp, isKept: boolean): Promise<ZLutFile[]> {
  const entries = (await entriesOf(folder)).filter((entry) => entry.isFile() && named.test(entry.name));
  const files = entries.map(async ({ name }) => {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    return found && { zLut: `${prefix}/${name}`, path, bytes: found.size, changedMs: found.mtimeMs, isKept };
  });
  return (await Promise.all(files)).filter((file) => file !== null);
}

/** What a folder holds; nothing where it does not exist or cannot be read. */
export async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
