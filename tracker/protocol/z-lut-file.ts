import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ZLutError } from './errors.ts';
import type { ZLut } from './z-lut.ts';
import { decodeBinaryZLut, encodeBinaryZLut, isBinaryZLut } from './z-lut-binary.ts';
import { decodeCsvZLut, encodeCsvZLut, isCsvZLut } from './z-lut-csv.ts';
import { MOST_VALUES } from './z-lut-header.ts';
import { writeNewFile } from './z-lut-new-file.ts';
import { clearBeside, decodeNpyZLut, withBeside, writeNpyZLut } from './z-lut-npy.ts';
import { decodeQtrkZLuts, encodeQtrkZLuts, type PlaneSteps, qtrkSizes } from './z-lut-qtrk.ts';
import { decodeTextZLut, encodeTextZLut } from './z-lut-text.ts';

/** As text, the longest, a value takes 25 bytes. */
const MOST_BYTES = 25 * MOST_VALUES;

/** Layouts of a file of Z-LUTs: our own, MagTrack's matrix, MagScope's text, qtrk's, and a table for other programs. */
export type ZLutFormat = 'zlut' | 'npy' | 'text' | 'radialzlut' | 'csv';

/** What a file of another program does not say. */
export interface ZLutChoice {
  /** z of the planes of a .radialzlut. */
  planeZ?: PlaneSteps;
}

/** Layout that a file of this name is written in; .npy when the name does not say. */
export function formatOfName(path: string): ZLutFormat {
  const extension = /\.(zlut|txt|radialzlut|csv)$/i.exec(path)?.[1]?.toLowerCase();
  return extension === 'txt' ? 'text' : ((extension as ZLutFormat | undefined) ?? 'npy');
}

/**
 * Reads a file with one Z-LUT, in any of the layouts, told by its first bytes and its name: .zlut; .npy, a NumPy
 * matrix with row 0 the plane z in nm and below it one row a radius; .csv; .radialzlut; anything else is text of
 * numbers as `numpy.savetxt` writes it (MagScope's Z-LUT files), the same matrix. How the profiles of a matrix were
 * made, and which file holds a model of the bead, is read from NAME.json beside it, if there is one.
 * @throws {ZLutError} naming the file, and the line of a text file, if it cannot be read, is no Z-LUT, or holds those
 *   of several beads
 */
export async function readZLut(path: string): Promise<ZLut> {
  const zLuts = await readZLuts(path);
  if (zLuts.length === 1) return zLuts[0]!;
  throw new ZLutError({
    where: path,
    expected: 'the Z-LUT of one bead',
    received: `those of ${zLuts.length}`,
    remedy: 'take one out with zlut convert --bead',
  });
}

/**
 * Reads the Z-LUTs of a file, as `readZLut`: one, or with .radialzlut those of several beads.
 * @returns [bead]
 * @throws {ZLutError} as `readZLut`
 */
export async function readZLuts(path: string, { planeZ }: ZLutChoice = {}): Promise<ZLut[]> {
  const bytes = await readBytes(path);
  const name = basename(path);
  if (isBinaryZLut(bytes)) return [decodeBinaryZLut(bytes, name)];
  switch (formatOfContent(bytes, path)) {
    case 'zlut':
      return [decodeBinaryZLut(bytes, name)];
    case 'radialzlut':
      return decodeQtrkZLuts(bytes, name, planeZ ?? refuseWithoutZ(bytes, name));
    case 'csv':
      return [decodeCsvZLut(bytes, name)];
    case 'npy':
      return [await withBeside(path, decodeNpyZLut(bytes, name))];
    case 'text':
      return [await withBeside(path, decodeTextZLut(bytes, name))];
  }
}

function formatOfContent(bytes: Uint8Array, path: string): ZLutFormat {
  if (isCsvZLut(bytes)) return 'csv';
  if (bytes[0] === 0x93) return 'npy';
  const named = /\.(zlut|npy|radialzlut)$/i.exec(path)?.[1]?.toLowerCase();
  return (named as ZLutFormat | undefined) ?? 'text';
}

async function readBytes(path: string): Promise<Uint8Array> {
  let received: string;
  try {
    const { size } = await stat(path);
    if (size <= MOST_BYTES) return await readFile(path);
    received = `${size} bytes`;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const plain = { ENOENT: 'no such file', EISDIR: 'a folder' }[code ?? ''];
    const where = { where: path, expected: 'a readable Z-LUT file' };
    throw new ZLutError({ ...where, received: plain ?? String(cause) }, cause);
  }
  throw new ZLutError({ where: path, expected: `a Z-LUT of at most ${MOST_BYTES} bytes`, received });
}

function refuseWithoutZ(bytes: Uint8Array, name: string): never {
  const { beads, planes, radii } = qtrkSizes(bytes, name);
  throw new ZLutError({
    where: name,
    expected: 'z of its planes, which a .radialzlut does not hold',
    received: `${beads} beads, ${planes} planes, ${radii} radii`,
    remedy: 'zlut convert --z-start NM --z-step NM --bead ID makes a .zlut of it',
  });
}

/**
 * Writes a Z-LUT in the layout that the name asks for, by default .npy with what it cannot hold beside it.
 * All but .npy are written under a temporary name first, so that the file is there whole or not at all.
 * @throws {OutputExistsError} if the file exists and `force` is not set
 * @throws {ZLutError} if the file cannot be written
 */
export async function writeZLut(path: string, zLut: ZLut, force = false): Promise<void> {
  await writeZLuts(path, [zLut], force);
}

/**
 * Writes Z-LUTs [bead] into one file, as `writeZLut`.
 * @throws {ZLutError} for several in another layout than .radialzlut, too
 */
export async function writeZLuts(path: string, zLuts: readonly ZLut[], force = false): Promise<void> {
  const format = formatOfName(path);
  const [zLut] = zLuts;
  if (format === 'radialzlut') return writeNewFile(path, encodeQtrkZLuts(zLuts), force);
  if (zLut === undefined || zLuts.length > 1) {
    throw new ZLutError({
      where: path,
      expected: 'one Z-LUT for this layout',
      received: `${zLuts.length}`,
      remedy: 'only a .radialzlut holds several',
    });
  }
  if (format === 'npy') return writeNpyZLut(path, zLut, force);
  const encode = { zlut: encodeBinaryZLut, text: encodeTextZLut, csv: encodeCsvZLut }[format];
  const bytes = encode(zLut);
  if (format === 'text') await clearBeside(path, force);
  await writeNewFile(path, bytes, force);
}
