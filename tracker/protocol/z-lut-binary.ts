import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ZLutError } from './errors.ts';
import { checkPlaneZ, type ZLut } from './z-lut.ts';
import { foreignFile } from './z-lut-foreign.ts';
import { tableValues, type ZLutHeader, zLutHeaderSchema } from './z-lut-header.ts';
import { createZLutModel } from './z-lut-model.ts';
import { ringRadiiPx } from './z-lut-radii.ts';

// As PNG's: the first byte is no text, and a transfer that changes line ends breaks it.
const MAGIC = Uint8Array.of(0x89, 0x5a, 0x4c, 0x55, 0x54, 0x0d, 0x0a, 0x1a);
const VERSION = 1;
/** Magic, version and length of the header, both uint32. */
const PREAMBLE_BYTES = 16;
const MOST_HEADER_BYTES = 2 ** 20;
/** SHA-256 of all before it. */
const DIGEST_BYTES = 32;

/** Whether a file begins as a .zlut file. */
export function isBinaryZLut(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Writes a .zlut file: magic, uint32 version, uint32 length of the header, the header as JSON padded with spaces to 8 bytes,
 * then as float64 plane z in nm [plane], radii [radius], profiles [plane, radius] and the coefficients of the model
 * [z knot, r knot] if there is one, then the SHA-256 of all of this. Numbers are little-endian.
 * @throws {ZLutError} if it is too large, or says of itself what no file can hold
 */
export function encodeBinaryZLut(zLut: ZLut): Uint8Array {
  const { planes, radii, planeZNm, profiles, method, model, origin } = zLut;
  checkPlaneZ(`${zLut.name} plane z`, planeZNm);
  const radiiPx = ringRadiiPx(method, radii);
  const header: ZLutHeader = { planes, radii, radiiUnit: radiiPx ? 'px' : 'index' };
  if (method) header.method = method;
  if (origin) header.origin = origin;
  if (model) {
    const { coefficients, ...facts } = model;
    header.model = facts;
  }
  const text = headerText(zLut.name, header);
  const length = Math.ceil(Buffer.byteLength(text) / 8) * 8;
  const tables = PREAMBLE_BYTES + length;
  const end = tables + 8 * tableValues(header);
  const file = new Uint8Array(end + DIGEST_BYTES);
  file.set(MAGIC);
  new DataView(file.buffer).setUint32(8, VERSION, true);
  new DataView(file.buffer).setUint32(12, length, true);
  file.fill(0x20, PREAMBLE_BYTES, tables);
  file.set(new TextEncoder().encode(text), PREAMBLE_BYTES);
  let at = tables;
  const indices = Float64Array.from({ length: radii }, (_, radius) => radius);
  for (const table of [planeZNm, radiiPx ?? indices, profiles, model?.coefficients ?? []]) {
    new Float64Array(file.buffer, at, table.length).set(table);
    at += 8 * table.length;
  }
  file.set(digestOf(file.subarray(0, end)), end);
  return file;
}

/**
 * Reads a .zlut file.
 * @throws {ZLutError} naming what is wrong: foreign, of a later version, cut off, damaged, or no Z-LUT
 */
export function decodeBinaryZLut(bytes: Uint8Array, name: string): ZLut {
  const { header, tablesAt } = readHeader(bytes, name);
  const { planes, radii, model, method, origin } = header;
  const end = tablesAt + 8 * tableValues(header);
  checkLength(bytes, end + DIGEST_BYTES, `${name} (${planes} planes, ${radii} radii)`);
  const [expected, received] = [digestOf(bytes.subarray(0, end)), bytes.subarray(end)];
  if (!expected.every((byte, index) => received[index] === byte)) {
    throw new ZLutError({
      where: name,
      expected: `the checksum ${hex(received)}, as it says`,
      received: hex(expected),
      remedy: 'the file is damaged: copy it again, or build the Z-LUT again',
    });
  }
  let at = tablesAt;
  const take = (values: number) => {
    // The constructor copies; `slice` of a Node Buffer would not.
    const table = new Float64Array(new Uint8Array(bytes.subarray(at, at + 8 * values)).buffer);
    at += 8 * values;
    return table;
  };
  const planeZNm = take(planes);
  checkPlaneZ(`${name} plane z`, planeZNm);
  take(radii);
  const profiles = take(planes * radii);
  const infinite = profiles.findIndex((counts) => Math.abs(counts) === Number.POSITIVE_INFINITY);
  if (infinite >= 0) {
    throw new ZLutError({
      where: `${name} plane ${Math.floor(infinite / radii)}, radius ${infinite % radii}`,
      expected: 'counts, or NaN for an empty bin',
      received: `${profiles[infinite]}`,
    });
  }
  const zLut: ZLut = { name, planes, radii, planeZNm, profiles };
  if (method) zLut.method = method;
  if (model) {
    const { zKnots, knots, ...facts } = model;
    zLut.model = createZLutModel(`${name} model`, take(zKnots * knots), [zKnots, knots], facts);
  }
  if (origin) zLut.origin = origin;
  return zLut;
}

function headerText(name: string, header: ZLutHeader): string {
  const checked = zLutHeaderSchema.safeParse(header);
  if (checked.success) return JSON.stringify(checked.data);
  throw new ZLutError(
    {
      where: `${name} header`,
      expected: 'a Z-LUT that a .zlut file can hold',
      received: z.prettifyError(checked.error),
    },
    checked.error,
  );
}

function readHeader(bytes: Uint8Array, name: string): { header: ZLutHeader; tablesAt: number } {
  const isBegun = bytes.length > 0 && bytes.every((byte, index) => index >= 8 || byte === MAGIC[index]);
  if (isBegun && bytes.length < PREAMBLE_BYTES) throw cutOff(name, PREAMBLE_BYTES, bytes.length);
  if (!isBinaryZLut(bytes)) throw foreignFile(name, 'a .zlut file', bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new ZLutError({
      where: name,
      expected: `a .zlut file of version ${VERSION}`,
      received: `version ${version}`,
      remedy: 'it is of a later tweezertrack: update this one',
    });
  }
  const length = view.getUint32(12, true);
  if (length > MOST_HEADER_BYTES) {
    throw new ZLutError({
      where: `${name} header`,
      expected: `at most ${MOST_HEADER_BYTES} bytes`,
      received: `${length}`,
      remedy: 'the file is damaged',
    });
  }
  const tablesAt = PREAMBLE_BYTES + length;
  if (bytes.length < tablesAt) throw cutOff(`${name} header`, tablesAt, bytes.length);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(PREAMBLE_BYTES, tablesAt));
    return { header: zLutHeaderSchema.parse(JSON.parse(text)), tablesAt };
  } catch (cause) {
    throw new ZLutError(
      {
        where: `${name} header`,
        expected: 'what a .zlut file says of its tables, as JSON',
        received: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause),
        remedy: 'the file is damaged, or of another program',
      },
      cause,
    );
  }
}

function checkLength(bytes: Uint8Array, expected: number, where: string): void {
  if (bytes.length < expected) throw cutOff(where, expected, bytes.length);
  if (bytes.length === expected) return;
  throw new ZLutError({
    where,
    expected: `${expected} bytes`,
    received: `${bytes.length} bytes`,
    remedy: 'something was added behind its end',
  });
}

function cutOff(where: string, expected: number, received: number): ZLutError {
  return new ZLutError({
    where,
    expected: `${expected} bytes`,
    received: `${received} bytes`,
    remedy: 'the file is cut off: copy it again',
  });
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function hex(bytes: Uint8Array): string {
  return `${Buffer.from(bytes).toString('hex').slice(0, 12)}...`;
}
