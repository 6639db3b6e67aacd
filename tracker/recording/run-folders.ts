import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingError } from '#protocol/errors.ts';
import { reason } from './output-file.ts';
import { RUN_FILES } from './run-record.ts';

/** Files that make a folder a run, whatever else is in it. */
const SIGNS = [RUN_FILES.record, RUN_FILES.tracks];

/**
 * Names of the run folders in a folder: those that hold the record or the tracks of a run. Links are not followed.
 * @returns none where the folder does not exist yet
 * @throws {RecordingError} when it cannot be read
 */
export async function runFolders(root: string): Promise<string[]> {
  const names = (await entriesOf(root)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const isRun = await Promise.all(names.map((name) => hasSigns(join(root, name))));
  return names.filter((_, at) => isRun[at]);
}

/**
 * The folder of a run by its name, or null. A name is only ever looked up among those that are there, so that none
 * leads out of the folder.
 * @throws {RecordingError} when the folder of all runs cannot be read
 */
export async function runFolder(root: string, name: string): Promise<string | null> {
  const entry = (await entriesOf(root)).find((one) => one.name === name && one.isDirectory());
  if (!entry) return null;
  const folder = join(root, entry.name);
  return (await hasSigns(folder)) ? folder : null;
}

async function entriesOf(root: string): Promise<Dirent[]> {
  try {
    return await readdir(root, { withFileTypes: true });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    const expected = 'a folder of recordings that can be read';
    throw new RecordingError({ where: root, expected, received: reason(cause) }, cause);
  }
}

async function hasSigns(folder: string): Promise<boolean> {
  const found = await Promise.all(
    SIGNS.map((name) =>
      lstat(join(folder, name)).then(
        (file) => file.isFile(),
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** What a folder holds: bytes of its files, and when one last changed, ms since 1970. */
export async function folderSize(folder: string): Promise<{ bytes: number; changedMs: number }> {
  let bytes = 0;
  let changedMs = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // A record that is being replaced may be gone by now.
    const file = await lstat(join(entry.parentPath, entry.name)).catch(() => null);
    bytes += file?.size ?? 0;
    changedMs = Math.max(changedMs, file?.mtimeMs ?? 0);
  }
  return { bytes, changedMs };
}
