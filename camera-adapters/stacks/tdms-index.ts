import { readSync } from 'node:fs';
import { StackError } from '#protocol/errors.ts';
import type { StackFile } from './stack-file.ts';
import { TdmsBytes } from './tdms-bytes.ts';
import { readObjects, type TdmsObject } from './tdms-objects.ts';
import type { TdmsType } from './tdms-types.ts';

/** Values of a channel within every chunk of a block. */
export interface TdmsPart {
  readonly object: TdmsObject;
  readonly type: TdmsType;
  /** Bytes from the start of the chunk. */
  readonly offset: number;
  readonly values: number;
  readonly bytes: number;
}

/** Chunks that follow one another in the file, all alike; a row of interleaved values is a chunk. */
export interface TdmsBlock {
  readonly position: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  readonly littleEndian: boolean;
  readonly parts: readonly TdmsPart[];
}

/** All of a TDMS file but its values. */
export interface TdmsIndex {
  /** By their paths as written. */
  readonly objects: ReadonlyMap<string, TdmsObject>;
  readonly blocks: readonly TdmsBlock[];
  /** What is missing of a file that is cut off; absent for a whole one. */
  readonly cut?: string;
}

const LEAD_IN_BYTES = 28;
const TAG = 0x6d534454;
const TOC = {
  description: 2,
  newList: 4,
  values: 8,
  interleaved: 0x20,
  bigEndian: 0x40,
  daqmx: 0x80,
} as const;
/** Written in place of the next segment while this one is. */
const UNFINISHED = 0xffff_ffff_ffff_ffffn;
/** Beyond, a size was read from bytes that are none. */
const MOST_DESCRIPTION_BYTES = 2 ** 28;

/**
 * Reads the segments of a TDMS file, none of the values.
 *
 * A file that ends within a segment gives the values that are whole; `cut` names the rest.
 * Source: National Instruments, TDMS File Format Internal Structure (versions 1 and 2).
 * @throws {StackError} naming the segment that is none, or has values we do not read
 */
export function readTdmsIndex(file: StackFile): TdmsIndex {
  const objects = new Map<string, TdmsObject>();
  const blocks: TdmsBlock[] = [];
  let listed = new Map<string, TdmsObject>();
  let cut: string | undefined;
  let segment = 0;
  for (let position = 0; position < file.size && cut === undefined; segment++) {
    const leadIn = leadInOf(file, position, segment);
    if (!leadIn) {
      cut = `segment ${segment}: ${file.size - position} of ${LEAD_IN_BYTES} bytes of its head`;
      break;
    }
    const { toc, littleEndian, valuesAt, end } = leadIn;
    if (valuesAt > file.size) {
      const there = file.size - position - LEAD_IN_BYTES;
      cut = `segment ${segment}: ${there} of ${valuesAt - position - LEAD_IN_BYTES} bytes of its description`;
      break;
    }
    if (toc & TOC.newList) listed = new Map();
    if (toc & TOC.description) {
      const start = position + LEAD_IN_BYTES;
      const bytes = readBytes(file, start, valuesAt - start);
      readObjects(new TdmsBytes(bytes, littleEndian, `${file.path} segment ${segment}`), objects, listed);
    }
    const there = Math.min(end, file.size) - valuesAt;
    if (toc & TOC.values && there > 0) {
      const added = blocksOf(file, segment, { ...leadIn, bytes: there }, [...listed.values()]);
      blocks.push(...added.blocks);
      if (added.cut !== undefined) cut = `segment ${segment}: ${added.cut} of its last values`;
    }
    if (end > file.size) {
      const bytes = Number.isFinite(end)
        ? `of ${end - valuesAt} bytes`
        : 'bytes of one that was not finished';
      cut = `segment ${segment}: ${there} ${bytes}`;
    }
    position = end;
  }
  if (segment === 0) throw refused(file, 0, 'a segment', cut ?? 'an empty file');
  return { objects, blocks, ...(cut !== undefined && { cut }) };
}

interface LeadIn {
  readonly toc: number;
  readonly littleEndian: boolean;
  readonly valuesAt: number;
  /** Byte at which the next segment starts; infinite where it was never written. */
  readonly end: number;
}

/** @returns undefined where the file ends within it */
function leadInOf(file: StackFile, position: number, segment: number): LeadIn | undefined {
  if (position + LEAD_IN_BYTES > file.size) return;
  const bytes = readBytes(file, position, LEAD_IN_BYTES);
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== TAG) {
    const head = Buffer.from(bytes.subarray(0, 4)).toString('hex');
    throw refused(file, segment, `a segment that starts with TDSm at byte ${position}`, `bytes ${head}`);
  }
  // The table of contents is little-endian in every file.
  const toc = view.getUint32(4, true);
  const littleEndian = !(toc & TOC.bigEndian);
  const next = view.getBigUint64(12, littleEndian);
  const start = position + LEAD_IN_BYTES;
  const valuesAt = start + Number(view.getBigUint64(20, littleEndian));
  const end = next === UNFINISHED ? Number.POSITIVE_INFINITY : start + Number(next);
  if (toc & TOC.daqmx) {
    const remedy = 'save the values as plain channels';
    throw refused(file, segment, 'plain values', 'raw values of DAQmx', remedy);
  }
  if (valuesAt > end || valuesAt - start > MOST_DESCRIPTION_BYTES) {
    throw refused(file, segment, 'a description before the values', `${valuesAt - start} bytes of one`);
  }
  return { toc, littleEndian, valuesAt, end };
}

/** Blocks of the values of a segment, and how many bytes there are of its last chunk where that is not whole. */
function blocksOf(
  file: StackFile,
  segment: number,
  { toc, littleEndian, valuesAt, bytes }: LeadIn & { bytes: number },
  listed: readonly TdmsObject[],
): { blocks: TdmsBlock[]; cut?: string } {
  const parts: TdmsPart[] = [];
  const interleaved = (toc & TOC.interleaved) !== 0;
  let chunkBytes = 0;
  for (const object of listed) {
    const { type, values, bytes: all } = object.rawIndex!;
    if (interleaved && type.bytes === 0) {
      throw refused(file, segment, 'numbers where values are interleaved', 'strings');
    }
    const size = interleaved ? { values: 1, bytes: type.bytes } : { values, bytes: all };
    const part = { object, type, offset: chunkBytes, ...size };
    parts.push(part);
    chunkBytes += part.bytes;
  }
  if (chunkBytes === 0) throw refused(file, segment, 'channels of the values', `${bytes} bytes of none`);
  const block = { position: valuesAt, chunkBytes, littleEndian };
  const chunks = Math.floor(bytes / chunkBytes);
  const blocks: TdmsBlock[] = chunks > 0 ? [{ ...block, chunks, parts }] : [];
  const rest = bytes - chunks * chunkBytes;
  if (rest === 0) return { blocks };
  const last = interleaved ? [] : parts.flatMap((part) => partWithin(part, rest));
  if (last.length > 0) {
    const end = last.at(-1)!.offset + last.at(-1)!.bytes;
    blocks.push({
      ...{ position: valuesAt + chunks * chunkBytes, chunks: 1, chunkBytes: end },
      ...{ littleEndian, parts: last },
    });
  }
  return { blocks, cut: `${rest} of ${chunkBytes} bytes` };
}

/** What of a part lies within the first bytes of its chunk: whole values, and strings only where all are. */
function partWithin(part: TdmsPart, bytes: number): TdmsPart[] {
  const there = Math.min(part.bytes, bytes - part.offset);
  if (there === part.bytes) return [part];
  const size = part.type.bytes;
  const values = there > 0 && size > 0 ? Math.floor(there / size) : 0;
  return values > 0 ? [{ ...part, values, bytes: values * size }] : [];
}

function readBytes(file: StackFile, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const read = readSync(file.handle.fd, bytes, 0, length, position);
  if (read === length) return bytes;
  throw new StackError({
    where: file.path,
    expected: `${length} bytes at byte ${position}`,
    received: `${read}`,
  });
}

function refused(
  file: StackFile,
  segment: number,
  expected: string,
  received: string,
  remedy?: string,
): StackError {
  const where = `${file.path} segment ${segment}`;
  return new StackError({ where, expected, received, ...(remedy && { remedy }) });
}
