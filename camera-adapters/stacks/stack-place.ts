import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StackError } from '#protocol/errors.ts';
import { unreadable } from './stack-file.ts';

/** Where a stack lies. */
export interface StackPlace {
  /** The file or folder. */
  readonly path: string;
  readonly isFolder: boolean;
  /** What follows the last `#`: an array inside the file, or a channel and plane. */
  readonly dataset?: string;
}

/**
 * File or folder that a path names, and the array in it after a `#`; a name that has a `#` itself is taken whole.
 * @throws {StackError} if there is neither
 */
export async function stackPlace(path: string): Promise<StackPlace> {
  const found = await statOf(path);
  if (!(found instanceof Error)) return { path, isFolder: found.isDirectory() };
  const mark = path.lastIndexOf('#');
  const file = mark > 0 ? await statOf(path.slice(0, mark)) : found;
  if (file instanceof Error) throw unreadable(path, found);
  return { path: path.slice(0, mark), isFolder: file.isDirectory(), dataset: path.slice(mark + 1) };
}

/** @throws {StackError} if something is named after a `#` where there is nothing to choose from */
export function refuseImages(path: string, images: string | undefined): void {
  if (images === undefined) return;
  throw new StackError({
    where: `${path}#${images}`,
    expected: 'a TIFF, TDMS, .npz, HDF5 or Zarr file, or a PrairieView folder, before the #',
    received: 'another file or folder',
  });
}

const statOf = (path: string): Promise<Stats | Error> => stat(path).catch((error: Error) => error);
