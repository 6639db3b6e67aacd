import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exists, existsAlready, writeNewFile } from '#protocol/z-lut-new-file.ts';

/** A file and what it gets. */
export type OutputFile = readonly [path: string, bytes: Uint8Array];

/**
 * Writes files that belong together, each whole or not at all; with the folders they need.
 * @throws {OutputExistsError} before anything is written, if one exists and `force` is not set
 */
export async function writeOutput(files: readonly OutputFile[], force: boolean): Promise<void> {
  await requireNew(
    files.map(([path]) => path),
    force,
  );
  for (const [path, bytes] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeNewFile(path, bytes, force);
  }
}

/** @throws {OutputExistsError} if one of the files exists and `force` is not set */
export async function requireNew(paths: readonly string[], force: boolean): Promise<void> {
  if (force) return;
  for (const path of paths) if (await exists(path)) throw existsAlready(path);
}
