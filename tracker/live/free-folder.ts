import { access } from 'node:fs/promises';
import { OutputExistsError } from '#protocol/errors.ts';
import type { RunRecorder } from '#recording/run-recorder.ts';

/** Folders of one name; more are a program that runs wild. */
const MOST_ALIKE = 10_000;

/** Opens a recording in a folder that does not exist yet, e.g. `runs/2026-11-21_14-03-59` or with `_2` behind it. */
export async function inFreeFolder(
  wanted: string,
  open: (folder: string) => Promise<RunRecorder>,
): Promise<RunRecorder> {
  for (let copy = 1; ; copy++) {
    const folder = copy === 1 ? wanted : `${wanted}_${copy}`;
    const taken = await access(folder).then(
      () => true,
      () => false,
    );
    if (taken) continue;
    try {
      return await open(folder);
    } catch (cause) {
      // Somebody else made it since.
      if (!(cause instanceof OutputExistsError) || copy > MOST_ALIKE) throw cause;
    }
  }
}
