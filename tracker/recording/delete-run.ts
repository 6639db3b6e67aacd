import { rm } from 'node:fs/promises';
import { RecordingError } from '#protocol/errors.ts';
import type { RunList } from './list-runs.ts';
import { reason } from './output-file.ts';
import { runFolder } from './run-folders.ts';

/**
 * Deletes a run with everything in its folder.
 * @returns whether there was a run of this name
 * @throws {RecordingError} while it is being written, here or by another tracker, or when the disk refuses
 */
export async function deleteRun(runs: RunList, name: string): Promise<boolean> {
  const folder = await runFolder(runs.root, name);
  if (folder === null) return false;
  if ((await runs.stateOf(name)) === 'recording') {
    throw new RecordingError({
      where: folder,
      expected: 'a run that has ended',
      received: 'one that is being written, or was within the last minute',
      remedy: 'end it first',
    });
  }
  try {
    await rm(folder, { recursive: true });
  } catch (cause) {
    const expected = 'a folder that can be deleted';
    throw new RecordingError({ where: folder, expected, received: reason(cause) }, cause);
  }
  return true;
}
