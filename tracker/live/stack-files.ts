import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSweepRecord, SWEEP_FILES } from '#calibration/sweep-folder.ts';
import type { ListedStack } from '#protocol/z-lut-list.ts';
import { entriesOf } from './z-lut-files.ts';

/** A recorded focal sweep by the name it has in lists. */
export interface StackFile extends ListedStack {
  path: string;
  /** Last change, ms since 1970. */
  changedMs: number;
}

const IN_ONE_FILE = /\.(tiff?|npy)$/i;
const RAW = /\.bin$/i;
const IMAGE = /\.(png|jpe?g|tiff?)$/i;

/**
 * The stacks below the folder of recordings that Z-LUTs can be built from, newest first: those people put into `stacks`,
 * and sweeps whose frames are all taken. Links are not followed, so that none leads out of it.
 */
export async function listStacks(recordings: string): Promise<StackFile[]> {
  const found: StackFile[] = [];
  const add = async (stack: string, path: string, isSweep: boolean) => {
    const file = await lstat(path).catch(() => null);
    if (file) found.push({ stack, path, isSweep, changedMs: file.mtimeMs });
  };
  const stacks = join(recordings, 'stacks');
  const entries = await entriesOf(stacks);
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  for (const entry of entries) {
    const { name } = entry;
    const path = join(stacks, name);
    const isStack = entry.isDirectory()
      ? await holdsImages(path)
      : files.has(name) && (IN_ONE_FILE.test(name) || (RAW.test(name) && files.has(besideOf(name))));
    if (isStack) await add(`stacks/${name}`, path, false);
  }
  const sweeps = join(recordings, 'sweeps');
  for (const entry of await entriesOf(sweeps)) {
    if (!entry.isDirectory()) continue;
    const path = join(sweeps, entry.name);
    const record = await readSweepRecord(path).catch(() => null);
    if (!record || record.state === 'taking') continue;
    const inside = await entriesOf(path);
    const isWhole = inside.some((one) => one.isFile() && one.name === SWEEP_FILES.stack);
    if (isWhole && inside.every((one) => !one.isSymbolicLink()))
      await add(`sweeps/${entry.name}`, path, true);
  }
  return found.sort((a, b) => b.changedMs - a.changedMs || (a.stack < b.stack ? -1 : 1));
}

const besideOf = (name: string) => name.replace(RAW, '.json');

/** Whether a folder holds images, and no link among them. */
async function holdsImages(path: string): Promise<boolean> {
  const inside = await entriesOf(path);
  return inside.some(({ name }) => IMAGE.test(name)) && inside.every((one) => !one.isSymbolicLink());
}
