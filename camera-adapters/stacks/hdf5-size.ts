import { readUpTo, type StackFile } from './stack-file.ts';

const SIGNATURE = 0x46444889;
/** Places a file may begin at, after what other programs put before it: 0, 512, 1024, ... */
const MOST_USER_BLOCK = 8192;

/**
 * Bytes an HDF5 file has by its own account (HDF5 File Format Specification 3.0, II.A: end of file address).
 * @returns undefined where the start of the file does not say
 */
export async function hdf5Size(file: StackFile): Promise<number | undefined> {
  const head = new Uint8Array(64);
  const view = new DataView(head.buffer);
  for (let base = 0; base <= MOST_USER_BLOCK; base = base === 0 ? 512 : 2 * base) {
    const bytes = await readUpTo(file, head, head.length, base);
    if (bytes < 52 || view.getUint32(0, true) !== SIGNATURE) continue;
    const version = view.getUint8(8);
    const offsetBytes = view.getUint8(version < 2 ? 13 : 9);
    if (offsetBytes !== 8 || version > 3) return undefined;
    // The third address in every version, and the only one that counts from the start of the file.
    return Number(view.getBigUint64(version === 0 ? 40 : version === 1 ? 44 : 28, true));
  }
  return undefined;
}
