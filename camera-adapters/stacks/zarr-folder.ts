import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { AsyncReadable, RangeQuery } from 'zarrita';

/** A Zarr folder on disk, as zarrita reads it; what is not there is undefined. */
export function zarrFolder(folder: string): AsyncReadable {
  return {
    get: (key) => readPart(join(folder, key)),
    getRange: (key, range) => readPart(join(folder, key), range),
  };
}

async function readPart(path: string, range?: RangeQuery): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // A folder where a chunk would be, or nothing: Zarr leaves chunks out that hold its fill value.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const [start, length] = partOf(range, size);
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function partOf(range: RangeQuery | undefined, size: number): [start: number, length: number] {
  if (!range) return [0, size];
  if ('suffixLength' in range)
    return [Math.max(0, size - range.suffixLength), Math.min(size, range.suffixLength)];
  return [range.offset, Math.max(0, Math.min(range.length, size - range.offset))];
}
