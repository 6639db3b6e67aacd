import { deflateSync } from 'node:zlib';
import type { Pixels } from '#protocol/pixel-format.ts';

/** How to write a TIFF; all pages alike. Defaults: little-endian, classic, one strip, no compression. */
export interface TiffWriting {
  width: number;
  height: number;
  bigEndian?: boolean;
  bigTiff?: boolean;
  rowsPerStrip?: number;
  /** Tiles of this many px, in place of strips. */
  tile?: { width: number; height: number };
  deflate?: boolean;
  /** Horizontal differencing; 8- and 16-bit only. */
  predictor?: boolean;
  /** ImageDescription of the first page. */
  description?: string;
  /** Pages in the index; fewer than the frames written, as ImageJ does above 4 GB. */
  pagesInIndex?: number;
  /** Empty bytes between the strips of a page. */
  stripGap?: number;
  /** [page] text of tag 51123, as Micro-Manager writes it. */
  microManager?: readonly string[];
  /** Of tag 33629, six numbers a plane, as MetaMorph writes them. */
  metaMorph?: readonly number[];
  /** Tags written in place of those that follow from the pixels. */
  tags?: Record<number, number>;
}

type Values = number[] | string;

/**
 * Bytes of a TIFF, written from the specification and not from our reader: index of a page before its pixels.
 * @param pages [page] pixels [row, column]
 */
export function writeTiff(pages: readonly Pixels[], writing: TiffWriting): Uint8Array {
  const { bigEndian = false, bigTiff = false, pagesInIndex = pages.length, stripGap = 0 } = writing;
  const out = new Growing(!bigEndian);
  out.text(bigEndian ? 'MM' : 'II');
  out.number(bigTiff ? 43 : 42, 2);
  if (bigTiff) {
    out.number(8, 2);
    out.number(0, 2);
  }
  const pointerBytes = bigTiff ? 8 : 4;
  let nextAt = out.length;
  out.number(0, pointerBytes);

  for (const [page, pixels] of pages.entries()) {
    const parts = encodeParts(pixels, writing);
    if (page >= pagesInIndex) {
      for (const part of parts) out.bytes(part);
      continue;
    }
    out.align();
    out.patch(nextAt, out.length, pointerBytes);
    const tags = new Map<number, Values>(
      Object.entries(pageTags(pixels, writing, parts)).map(([k, v]) => [Number(k), v]),
    );
    const said = writing.microManager?.[page];
    if (said !== undefined) tags.set(51123, `${said}\0`);
    if (page === 0 && writing.metaMorph) tags.set(33629, [...writing.metaMorph]);
    if (page === 0 && writing.description !== undefined) tags.set(270, `${writing.description}\0`);
    const offsetsTag = writing.tile ? 324 : 273;
    const places = writeDirectory(out, tags, bigTiff);
    nextAt = places.next;
    const offsetsAt = places.values.get(offsetsTag)!;
    for (const [i, part] of parts.entries()) {
      out.patch(offsetsAt + i * pointerBytes, out.length, pointerBytes);
      out.bytes(part);
      out.bytes(new Uint8Array(stripGap));
    }
  }
  return out.take();
}

function pageTags(pixels: Pixels, writing: TiffWriting, parts: Uint8Array[]): Record<number, Values> {
  const { width, height, tile, rowsPerStrip = height, deflate, predictor } = writing;
  const placeholders = parts.map(() => 0);
  const byteCounts = parts.map((part) => part.length);
  const layout: Record<number, Values> = tile
    ? { 322: [tile.width], 323: [tile.height], 324: placeholders, 325: byteCounts }
    : { 273: placeholders, 278: [rowsPerStrip], 279: byteCounts };
  const replaced = Object.fromEntries(
    Object.entries(writing.tags ?? {}).map(([tag, value]) => [tag, [value]]),
  );
  return {
    256: [width],
    257: [height],
    258: [pixels.BYTES_PER_ELEMENT * 8],
    259: [deflate ? 8 : 1],
    262: [1],
    277: [1],
    ...layout,
    ...(predictor && { 317: [2] }),
    339: [pixels instanceof Float32Array ? 3 : 1],
    ...replaced,
  };
}

/** Writes one index; says where its next-pointer and the values of each tag lie. */
function writeDirectory(out: Growing, tags: Map<number, Values>, bigTiff: boolean) {
  const pointerBytes = bigTiff ? 8 : 4;
  const sorted = [...tags].sort(([a], [b]) => a - b);
  out.number(sorted.length, bigTiff ? 8 : 2);
  const elsewhere: { at: number; tag: number; values: Values; size: number }[] = [];
  const values = new Map<number, number>();
  for (const [tag, list] of sorted) {
    const pointers = tag === 273 || tag === 324;
    // Sizes and short counts as SHORT, as most writers do; byte counts as LONG.
    const [type, size] =
      typeof list === 'string'
        ? [2, 1]
        : pointers && bigTiff
          ? [16, 8]
          : pointers || tag === 279 || tag === 325
            ? [4, 4]
            : tag === 33629
              ? [5, 4]
              : [3, 2];
    out.number(tag, 2);
    out.number(type, 2);
    // A plane of MetaMorph has three of its fractions, and counts as one.
    out.number(tag === 33629 ? list.length / 6 : list.length, pointerBytes);
    const at = out.length;
    values.set(tag, at);
    if (list.length * size <= pointerBytes) {
      out.list(list, size);
      out.bytes(new Uint8Array(pointerBytes - list.length * size));
    } else {
      out.number(0, pointerBytes);
      elsewhere.push({ at, tag, values: list, size });
    }
  }
  const next = out.length;
  out.number(0, pointerBytes);
  for (const { at, tag, values: list, size } of elsewhere) {
    out.align();
    out.patch(at, out.length, pointerBytes);
    values.set(tag, out.length);
    out.list(list, size);
  }
  return { next, values };
}

/** Strips or tiles of a page as they are stored. */
function encodeParts(pixels: Pixels, writing: TiffWriting): Uint8Array[] {
  const { width, height, tile, rowsPerStrip = height, deflate, predictor, bigEndian } = writing;
  const partWidth = tile?.width ?? width;
  const partHeight = tile?.height ?? rowsPerStrip;
  const parts: Uint8Array[] = [];
  for (let top = 0; top < height; top += partHeight) {
    for (let left = 0; left < width; left += partWidth) {
      const rows = tile ? partHeight : Math.min(partHeight, height - top);
      const part = pixels.slice(0, 1).constructor as new (length: number) => Pixels;
      const values = new part(rows * partWidth);
      for (let row = 0; row < rows; row++) {
        for (let column = partWidth - 1; column >= 0; column--) {
          const at = (r: number, c: number) =>
            r < height && c < width && c >= left ? pixels[r * width + c]! : 0;
          const value = at(top + row, left + column);
          values[row * partWidth + column] = predictor ? value - at(top + row, left + column - 1) : value;
        }
      }
      const bytes = Buffer.from(values.buffer);
      if (bigEndian && values.BYTES_PER_ELEMENT === 2) bytes.swap16();
      if (bigEndian && values.BYTES_PER_ELEMENT === 4) bytes.swap32();
      parts.push(deflate ? deflateSync(bytes) : bytes);
    }
  }
  return parts;
}

/** Bytes that grow at their end, in one byte order. */
class Growing {
  length = 0;
  readonly #littleEndian: boolean;
  #view = new DataView(new ArrayBuffer(1024));

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  text(text: string): void {
    this.bytes(Buffer.from(text, 'latin1'));
  }

  align(): void {
    this.bytes(new Uint8Array(this.length % 2));
  }

  number(value: number, size: number): void {
    this.#reserve(size);
    this.length += size;
    this.patch(this.length - size, value, size);
  }

  list(values: Values, size: number): void {
    if (typeof values === 'string') this.text(values);
    else for (const value of values) this.number(value, size);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, this.length);
    this.length += bytes.length;
  }

  patch(at: number, value: number, size: number): void {
    if (size === 1) this.#view.setUint8(at, value);
    else if (size === 2) this.#view.setUint16(at, value, this.#littleEndian);
    else if (size === 4) this.#view.setUint32(at, value, this.#littleEndian);
    else this.#view.setBigUint64(at, BigInt(value), this.#littleEndian);
  }

  take(): Uint8Array {
    return new Uint8Array(this.#view.buffer, 0, this.length);
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.#view.byteLength) return;
    const grown = new Uint8Array(2 * (this.length + bytes));
    grown.set(new Uint8Array(this.#view.buffer));
    this.#view = new DataView(grown.buffer);
  }
}
