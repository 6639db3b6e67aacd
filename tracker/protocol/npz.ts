import { zipSync } from 'fflate';
import { LimitError } from './errors.ts';
import { encodeNpy, type NpyData } from './npy.ts';

/** An array to write, with its axes, slowest first. */
export interface NamedArray {
  readonly data: NpyData;
  readonly shape: readonly number[];
}

/** Of a ZIP archive without ZIP64, which the writer does not have. */
const MOST_BYTES = 2 ** 32 - 2 ** 20;

/** The first day of ZIP: the same arrays make the same file. */
const NO_TIME = '1980-01-01T00:00:00';

/**
 * A NumPy .npz file, not packed, so that a reader may take a part of an array.
 * @param arrays by name; NumPy lists them in this order
 * @throws {LimitError} if they have more bytes than such a file may
 */
export function encodeNpz(arrays: Readonly<Record<string, NamedArray>>): Uint8Array {
  const bytes = Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_BYTES) {
    const expected = `at most ${MOST_BYTES} bytes of values`;
    throw new LimitError({
      where: '.npz',
      expected,
      received: `${bytes}`,
      remedy: 'write each array as a .npy file',
    });
  }
  const files = Object.entries(arrays).map(([name, { data, shape }]) => [
    `${name}.npy`,
    encodeNpy(data, shape),
  ]);
  return zipSync(Object.fromEntries(files), { level: 0, mtime: NO_TIME });
}
