import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { detectFormat, SIGNATURE_BYTES } from './format.ts';
import type { FrameArray } from './frame-array.ts';
import { openStackFile, readUpTo, type StackFile } from './stack-file.ts';
import type { StackPlace } from './stack-place.ts';

/** HDF5 files may begin with something else, as those of MATLAB do: by doubling steps from here. */
const FIRST_USER_BLOCK = 512;
const LAST_USER_BLOCK = 8192;

/** What a Zarr folder has in it: an array or group of version 3, or of version 2. */
const ZARR_FILES = ['zarr.json', '.zarray', '.zgroup'];

/**
 * Opens an array of frames of a .npz, HDF5 or Zarr file; what reads the latter two is loaded only for them.
 * @returns undefined for any other file or folder
 * @throws {StackError} as the reader of the format
 */
export async function openFrameArray({
  path,
  isFolder,
  dataset,
}: StackPlace): Promise<FrameArray | undefined> {
  if (isFolder) {
    if (ZARR_FILES.some((name) => existsSync(join(path, name)))) {
      const { openZarr } = await import('./zarr.ts');
      return openZarr(path, dataset);
    }
    return;
  }
  // Raw pixels may begin with the signature of any other format.
  if (/\.bin$/i.test(path)) return;
  const file = await openStackFile(path);
  let array: FrameArray | undefined;
  try {
    const format = await formatOf(file);
    if (format === 'npz') {
      const { openNpz } = await import('./npz.ts');
      array = await openNpz(file, dataset);
    }
    if (format === 'hdf5') {
      const { openHdf5 } = await import('./hdf5.ts');
      array = await openHdf5(file, dataset);
    }
    return array;
  } finally {
    if (!array) await file.handle.close();
  }
}

async function formatOf(file: StackFile) {
  const head = new Uint8Array(SIGNATURE_BYTES);
  const format = detectFormat(head.subarray(0, await readUpTo(file, head, head.length, 0)));
  for (let at = FIRST_USER_BLOCK; format === undefined && at <= LAST_USER_BLOCK; at *= 2) {
    const bytes = await readUpTo(file, head, head.length, at);
    if (detectFormat(head.subarray(0, bytes)) === 'hdf5') return 'hdf5';
  }
  return format;
}
