import { ZLutError } from './errors.ts';

/** How files of other kinds begin. */
const KINDS: readonly (readonly [start: string, kind: string])[] = [
  ['\x89ZLUT\r\n\x1a', 'a .zlut file'],
  ['\x93NUMPY', 'a NumPy .npy file'],
  ['\x89PNG', 'a PNG picture'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['II*\0', 'a TIFF stack'],
  ['II+\0', 'a BigTIFF stack'],
  ['MM\0*', 'a TIFF stack'],
  ['\x89HDF', 'an HDF5 file'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['\x1f\x8b', 'a gzip archive'],
  ['ARROW1', 'an Arrow file'],
  ['%PDF', 'a PDF document'],
  ['\x89ZLUT', 'a .zlut file whose line ends were changed on the way'],
];

/** A refusal of a file that is not of the kind it was taken for, saying what it seems to be. */
export function foreignFile(where: string, expected: string, bytes: Uint8Array, remedy?: string): ZLutError {
  return new ZLutError({ where, expected, received: describeBytes(bytes), ...(remedy && { remedy }) });
}

/** What bytes seem to be, by their first few. */
function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  const kind = KINDS.find(([magic]) => start.startsWith(magic))?.[1];
  if (kind) return kind;
  const begin = bytes.subarray(0, 8);
  const shown = begin.every((byte) => byte >= 0x20 && byte < 0x7f)
    ? `'${start}'`
    : Buffer.from(begin).toString('hex');
  return `${bytes.length} bytes that begin with ${shown}`;
}
