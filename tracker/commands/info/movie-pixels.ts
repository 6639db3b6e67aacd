import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { folderSize } from '#recording/run-folders.ts';
import { type StackFacts, stackProbe } from './stack.ts';

/** A movie of ours as a stack, with the bytes of its file or of all in its folder. */
export type MoviePixels = StackFacts & { bytes: number };

/** @returns null where there is no such file or folder, or none of it can be read */
export async function moviePixels(path: string): Promise<MoviePixels | null> {
  const place = await stat(path).catch(() => null);
  if (!place) return null;
  const isFolder = place.isDirectory();
  const bytes = isFolder ? (await folderSize(path)).bytes : place.size;
  const ending = extname(path).toLowerCase();
  // Without its first bytes, so that one which is broken is told as such among others, and not thrown.
  const stack = await stackProbe.read({ path, isFolder, bytes, head: new Uint8Array(0), ending });
  return stack && { ...stack, bytes };
}
