import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import type { PageFacts } from './page-writer.ts';

const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const LONG8 = 16;

/** Values of a tag as the file has them. */
interface Entry {
  tag: number;
  type: number;
  count: number;
  bytes: Buffer;
}

const ENTRY_BYTES = 20;
const INLINE_BYTES = 8;
/** Pixels begin at multiples of this, so that a reader may map them. */
const ALIGNMENT = 16;

/** The directory of a page, before its pixels. */
export interface TiffPageHead {
  bytes: Buffer;
  /** Byte of the file that the pointer to the next page lies at. */
  nextPointerAt: number;
  /** Byte of the file that the description lies at. */
  descriptionAt: number;
}

/** The first 16 bytes of a BigTIFF without pages. */
export function tiffHeader(): Buffer {
  const header = Buffer.alloc(16);
  header.write('II');
  header.writeUInt16LE(43, 2);
  header.writeUInt16LE(8, 4);
  return header;
}

/** Byte of the header that the pointer to the first page lies at. */
export const FIRST_POINTER_AT = 8;

export function tiffPointer(position: number): Buffer {
  const pointer = Buffer.alloc(8);
  pointer.writeBigUInt64LE(BigInt(position));
  return pointer;
}

/**
 * The directory of a page of uncompressed gray pixels, one strip that follows it.
 * Source: Adobe TIFF 6.0 and its BigTIFF extension.
 * @param position byte of the file it will lie at
 * @param description of any length above 8 bytes
 */
export function tiffPageHead(position: number, facts: PageFacts, description: string): TiffPageHead {
  const { width, height, pixelFormat, pixelSizeNm, program } = facts;
  const { bytesPerPixel, dtype } = PIXEL_FORMATS[pixelFormat];
  const pixelsAt = long8(273, 0);
  const text = ascii(270, description);
  const entries: Entry[] = [
    long(256, width),
    long(257, height),
    short(258, 8 * bytesPerPixel),
    short(259, 1),
    short(262, 1),
    text,
    pixelsAt,
    short(277, 1),
    long(278, height),
    long8(279, width * height * bytesPerPixel),
    ...(pixelSizeNm > 0 ? [pixelsPerMicron(282, pixelSizeNm), pixelsPerMicron(283, pixelSizeNm)] : []),
    // No unit of its own: ImageJ has it in the description.
    short(296, 1),
    ascii(305, program),
    short(339, dtype === 'float32' ? 3 : 1),
  ];
  const directoryBytes = 8 + entries.length * ENTRY_BYTES + 8;
  let end = directoryBytes;
  const places = entries.map(({ bytes }) => {
    if (bytes.length <= INLINE_BYTES) return 0;
    const at = end;
    end += Math.ceil(bytes.length / 8) * 8;
    return at;
  });
  const headBytes = Math.ceil((position + end) / ALIGNMENT) * ALIGNMENT - position;
  pixelsAt.bytes.writeBigUInt64LE(BigInt(position + headBytes));
  const head = Buffer.alloc(headBytes);
  head.writeBigUInt64LE(BigInt(entries.length), 0);
  for (const [index, { tag, type, count, bytes }] of entries.entries()) {
    const at = 8 + index * ENTRY_BYTES;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeBigUInt64LE(BigInt(count), at + 4);
    const place = places[index]!;
    if (place === 0) head.set(bytes, at + 12);
    else {
      head.writeBigUInt64LE(BigInt(position + place), at + 12);
      head.set(bytes, place);
    }
  }
  return {
    bytes: head,
    nextPointerAt: position + directoryBytes - 8,
    descriptionAt: position + places[entries.indexOf(text)]!,
  };
}

function short(tag: number, value: number): Entry {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return { tag, type: SHORT, count: 1, bytes };
}

function long(tag: number, value: number): Entry {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return { tag, type: LONG, count: 1, bytes };
}

function long8(tag: number, value: number): Entry {
  return { tag, type: LONG8, count: 1, bytes: tiffPointer(value) };
}

function ascii(tag: number, text: string): Entry {
  const bytes = Buffer.from(`${text}\0`);
  return { tag, type: ASCII, count: bytes.length, bytes };
}

function pixelsPerMicron(tag: number, pixelSizeNm: number): Entry {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(1_000_000, 0);
  bytes.writeUInt32LE(Math.max(1, Math.round(pixelSizeNm * 1000)), 4);
  return { tag, type: RATIONAL, count: 1, bytes };
}
