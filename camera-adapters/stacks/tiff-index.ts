import { readSync } from 'node:fs';
import { StackError } from '#protocol/errors.ts';
import type { StackFile } from './stack-file.ts';
import {
  type Acquired,
  acquiredByMicroManager,
  METAMORPH_PLANE_BYTES,
  metaMorphTimesMs,
} from './tiff-private.ts';

/** What one page of a TIFF says of its pixels, in the numbers of the TIFF 6.0 specification. */
export interface TiffPage {
  width: number;
  height: number;
  /** Bits of the first sample; all samples are refused but one. */
  bits: number;
  /** 1 unsigned, 2 signed, 3 float, 4 undefined. */
  sampleFormat: number;
  samples: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette. */
  photometric: number;
  /** 1 none. */
  compression: number;
  /** 1 none. */
  predictor: number;
  tiled: boolean;
  /** px of a tile; of a strip, the width of the page and its rows. */
  partWidth: number;
  partHeight: number;
  /** Byte of the file at which each strip or tile starts. */
  offsets: number[];
  /** Bytes of each strip or tile as stored; empty when the file does not say. */
  byteCounts: number[];
  /** Of Micro-Manager; absent in files of other programs. */
  acquired?: Acquired;
}

export interface TiffIndex {
  littleEndian: boolean;
  pages: TiffPage[];
  /** ImageDescription of the first page; empty when absent. */
  description: string;
  /** [plane] ms of a MetaMorph stack, whose planes follow the first page; absent in other files. */
  planesMs?: Float64Array;
}

/** What to do with a file that ends within its index: told the page, and what was expected and received. */
export type OnCut = (error: StackError) => void;

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  description: 270,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
  metaMorphPlanes: 33629,
  microManager: 51123,
} as const;

/** Bytes of one value by TIFF field type; types that no tag above may have are absent. */
const TYPE_BYTES: Record<number, 1 | 2 | 4 | 8> = { 1: 1, 2: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 };

/** No index is larger: beyond, a count was read from bytes that are no index. */
const LARGEST_INDEX_BYTES = 2 ** 26;

/** How numbers are written: byte order, and whether pointers have 8 bytes (BigTIFF) or 4. */
interface Layout {
  littleEndian: boolean;
  big: boolean;
}

/**
 * Reads the index of a TIFF: every page of the chain, none of the pixels.
 *
 * Classic and BigTIFF, both byte orders (Adobe TIFF 6.0 and its BigTIFF extension).
 * Reads synchronously: a page costs microseconds so, and ten times that through the thread pool.
 * @param onCut told why there are no further pages, where the index leaves the file behind the first; thrown when absent
 * @throws {StackError} naming the page where the index leaves the file, runs in a circle or makes no sense
 */
export function readTiffIndex(file: StackFile, onCut?: OnCut): TiffIndex {
  const bytes = new FileWindow(file);
  bytes.load(0, 8, 0);
  const littleEndian = bytes.view.getUint8(0) === 0x49;
  const big = bytes.view.getUint16(2, littleEndian) === 43;
  if (big) bytes.load(0, 16, 0);
  const layout = { littleEndian, big };
  let next = pointer(bytes.view, big ? 8 : 4, layout);

  const index: TiffIndex = { littleEndian, pages: [], description: '' };
  const seen = new Set<number>();
  while (next !== 0) {
    const frame = index.pages.length;
    if (seen.has(next)) throw broken(file, frame, 'the index of another page', `byte ${next} again`);
    seen.add(next);
    try {
      next = readPage(bytes, layout, next, index);
    } catch (error) {
      if (!(error instanceof StackError && onCut) || frame === 0) throw error;
      onCut(error);
      break;
    }
  }
  if (index.pages.length === 0) throw broken(file, 0, 'an image', 'an empty index');
  return index;
}

/** Adds the page at byte `position` to the index; returns the byte of the next one, 0 after the last. */
function readPage(bytes: FileWindow, layout: Layout, position: number, index: TiffIndex): number {
  const frame = index.pages.length;
  const { big, littleEndian } = layout;
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  const start = bytes.load(position, countBytes, frame);
  const entries = big ? pointer(bytes.view, start, layout) : bytes.view.getUint16(start, littleEndian);
  const end = entries * entryBytes;
  const at = bytes.load(position + countBytes, end + (big ? 8 : 4), frame);
  // A copy, since reading a value that lies elsewhere moves the window.
  const directory = new DataView(bytes.view.buffer.slice(at, at + end + (big ? 8 : 4)));

  const entryOf = (wanted: number) => {
    for (let entry = 0; entry < end; entry += entryBytes) {
      if (directory.getUint16(entry, littleEndian) === wanted) return entry;
    }
    return undefined;
  };
  const values = (wanted: number): number[] => {
    const entry = entryOf(wanted);
    return entry === undefined ? [] : readValues(bytes, layout, directory, entry, frame);
  };
  const value = (tag: number, absent: number) => values(tag)[0] ?? absent;

  const tileOffsets = values(TAG.tileOffsets);
  const tiled = tileOffsets.length > 0;
  const width = value(TAG.width, 0);
  const height = value(TAG.height, 0);
  index.pages.push({
    width,
    height,
    bits: value(TAG.bits, 1),
    sampleFormat: value(TAG.sampleFormat, 1),
    samples: value(TAG.samples, 1),
    photometric: value(TAG.photometric, 1),
    compression: value(TAG.compression, 1),
    predictor: value(TAG.predictor, 1),
    tiled,
    partWidth: tiled ? value(TAG.tileWidth, 0) : width,
    partHeight: tiled ? value(TAG.tileHeight, 0) : Math.min(value(TAG.rowsPerStrip, height), height),
    offsets: tiled ? tileOffsets : values(TAG.stripOffsets),
    byteCounts: values(tiled ? TAG.tileByteCounts : TAG.stripByteCounts),
  });
  const said = entryOf(TAG.microManager);
  if (said !== undefined) {
    const json = new TextDecoder().decode(bytesElsewhere(bytes, layout, directory, said, 1, frame));
    index.pages[frame]!.acquired = acquiredByMicroManager(json);
  }
  if (frame === 0) {
    const planes = entryOf(TAG.metaMorphPlanes);
    if (planes !== undefined) {
      const values = bytesElsewhere(bytes, layout, directory, planes, METAMORPH_PLANE_BYTES, frame);
      index.planesMs = metaMorphTimesMs(values, littleEndian);
    }
    const letters = Uint8Array.from(values(TAG.description));
    index.description = new TextDecoder().decode(letters).replace(/\0.*$/s, '');
  }
  return pointer(directory, end, layout);
}

function readValues(
  bytes: FileWindow,
  layout: Layout,
  directory: DataView,
  entry: number,
  frame: number,
): number[] {
  const { big, littleEndian } = layout;
  const size = TYPE_BYTES[directory.getUint16(entry + 2, littleEndian)];
  if (size === undefined) return [];
  const count = pointer(directory, entry + 4, layout);
  const inEntry = entry + (big ? 12 : 8);
  if (count * size <= (big ? 8 : 4)) return numbers(directory, inEntry, count, size, littleEndian);
  const at = bytes.load(pointer(directory, inEntry, layout), count * size, frame);
  return numbers(bytes.view, at, count, size, littleEndian);
}

/** A copy of the bytes of a value that never fits into its entry. */
function bytesElsewhere(
  bytes: FileWindow,
  layout: Layout,
  directory: DataView,
  entry: number,
  size: number,
  frame: number,
): DataView {
  const length = pointer(directory, entry + 4, layout) * size;
  const inEntry = entry + (layout.big ? 12 : 8);
  if (length <= (layout.big ? 8 : 4)) return new DataView(directory.buffer, inEntry, length);
  const at = bytes.load(pointer(directory, inEntry, layout), length, frame);
  return new DataView(bytes.view.buffer.slice(at, at + length));
}

function numbers(
  view: DataView,
  start: number,
  count: number,
  size: 1 | 2 | 4 | 8,
  little: boolean,
): number[] {
  const list = new Array<number>(count);
  for (let i = 0, at = start; i < count; i++, at += size) {
    if (size === 1) list[i] = view.getUint8(at);
    else if (size === 2) list[i] = view.getUint16(at, little);
    else if (size === 4) list[i] = view.getUint32(at, little);
    else list[i] = Number(view.getBigUint64(at, little));
  }
  return list;
}

function pointer(view: DataView, at: number, { big, littleEndian }: Layout): number {
  return big ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
}

/** A few kilobytes of the file at a time, since an index is many small reads close together. */
class FileWindow {
  view = new DataView(new ArrayBuffer(8192));
  readonly #file: StackFile;
  #start = 0;
  #length = 0;

  constructor(file: StackFile) {
    this.#file = file;
  }

  /** Makes `length` bytes at `position` readable in `view`; returns where they start there. */
  load(position: number, length: number, frame: number): number {
    const file = this.#file;
    if (position + length > file.size || length > LARGEST_INDEX_BYTES) {
      throw broken(
        file,
        frame,
        `its index, ${length} bytes at byte ${position}`,
        `a file of ${file.size} bytes`,
      );
    }
    if (position < this.#start || position + length > this.#start + this.#length) {
      if (length > this.view.byteLength) this.view = new DataView(new ArrayBuffer(length));
      this.#start = position;
      this.#length = readSync(file.handle.fd, this.view, 0, this.view.byteLength, position);
      if (this.#length < length) throw broken(file, frame, `${length} bytes of index`, `${this.#length}`);
    }
    return position - this.#start;
  }
}

function broken(file: StackFile, frame: number, expected: string, received: string): StackError {
  const remedy =
    frame > 0
      ? `the file is cut off: copy it again; its first ${frame} frames may be whole`
      : 'the file is cut off or no TIFF: copy it again';
  return new StackError({ where: `${file.path} frame ${frame}`, expected, received, remedy });
}
