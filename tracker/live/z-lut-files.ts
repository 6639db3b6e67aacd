import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSweepRecord } from '#calibration/sweep-folder.ts';
import type { Config } from '../config.ts';

/** A Z-LUT file by the name it has in lists. */
export interface ZLutFile {
  /** `z-luts/FILE`, wherever these are kept, or `sweeps/SWEEP/FILE`. */
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

/** Folders that Z-LUT files lie in. */
export interface ZLutFolders {
  /** Of recordings, with the sweeps below it. */
  recordings: string;
  /** Where Z-LUTs are kept. */
  kept: string;
}

/** The folders of the settings. */
export function zLutFolders({ recording, zLut }: Pick<Config, 'recording' | 'zLut'>): ZLutFolders {
  return { recordings: recording.folder, kept: zLut.folder ?? join(recording.folder, 'z-luts') };
}

/**
 * The Z-LUT files of these folders, newest first: those that are kept, and those of sweeps that are built. Links are
 * not followed, so that none leads out of them.
 */
export async function zLutFiles({ recordings, kept }: ZLutFolders): Promise<ZLutFile[]> {
  const own = await filesIn(kept, 'z-luts', NAMED_LIKE_ONE, true);
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
