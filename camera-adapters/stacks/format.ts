/** Formats of stack files that are known by their first bytes. */
export type StackFormat = 'tiff' | 'npy' | 'png' | 'jpeg' | 'npz' | 'hdf5' | 'video' | 'tdms';

/** Bytes `detectFormat` needs to see. */
export const SIGNATURE_BYTES = 8;

/** Any byte. */
const ANY = -1;

// 42 is classic TIFF, 43 BigTIFF; II is little-endian, MM big-endian. MP4 begins with the size of its first part.
const SIGNATURES: readonly (readonly [StackFormat, readonly number[]])[] = [
  ['tiff', [0x49, 0x49, 42, 0]],
  ['tiff', [0x4d, 0x4d, 0, 42]],
  ['tiff', [0x49, 0x49, 43, 0]],
  ['tiff', [0x4d, 0x4d, 0, 43]],
  ['npy', [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['npz', [0x50, 0x4b, 3, 4]],
  ['video', [ANY, ANY, ANY, ANY, 0x66, 0x74, 0x79, 0x70]],
  ['tdms', [0x54, 0x44, 0x53, 0x6d]],
  ['video', [0x52, 0x49, 0x46, 0x46]],
  ['video', [0x1a, 0x45, 0xdf, 0xa3]],
  ['hdf5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
];

/** The format whose signature `head`, the start of a file, carries; undefined for any other file. */
export function detectFormat(head: Uint8Array): StackFormat | undefined {
  return SIGNATURES.find(([, signature]) =>
    signature.every((byte, at) => byte === ANY || head[at] === byte),
  )?.[0];
}
