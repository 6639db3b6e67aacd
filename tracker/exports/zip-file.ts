import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { RecordingError } from '#protocol/errors.ts';

interface Entry {
  name: Buffer;
  bytes: number;
  /** Whether its sizes are in a field of ZIP64. */
  isLarge: boolean;
  /** Byte of the archive at which its header starts. */
  start: number;
  written: number;
  crc: number;
}

/** The largest number in a field; there it means that the number is in one of ZIP64. */
const LARGE = 0xffffffff;
/** Stored files: 2.0; with ZIP64: 4.5. */
const [VERSION, VERSION_64] = [20, 45];
/** 1980-01-01, the first day of ZIP: the same rows make the same file. */
const FIRST_DAY = 0x0021;
const UTF8_NAME = 0x0800;

/**
 * A ZIP archive whose files are stored as they are, of sizes known beforehand, so that all can be written side by side
 * however large they are. ZIP64 where it must be (PKWARE APPNOTE 6.3).
 */
export class ZipFile {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #entries: Entry[];
  readonly #end: number;
  readonly #zip64From: number;

  /** @param zip64From sizes and places from which on ZIP64 is used, which not every program reads */
  constructor(path: string, files: readonly { name: string; bytes: number }[], zip64From = LARGE) {
    this.#path = path;
    this.#zip64From = zip64From;
    let start = 0;
    this.#entries = files.map(({ name, bytes }) => {
      const isLarge = bytes >= zip64From;
      const entry = { name: Buffer.from(name), bytes, isLarge, start, written: 0, crc: 0 };
      start += headerBytes(entry) + bytes;
      return entry;
    });
    this.#end = start;
    this.#descriptor = openSync(path, 'wx');
  }

  /** Adds to a file, the next bytes of those that were promised. */
  append(file: number, values: ArrayBufferView): void {
    const entry = this.#entries[file]!;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#write(bytes, entry.start + headerBytes(entry) + entry.written);
    entry.written += bytes.byteLength;
    entry.crc = crc32(bytes, entry.crc);
  }

  /** @throws {RecordingError} if a file has not all its bytes: the recording changed while it was read */
  finish(): void {
    for (const entry of this.#entries) {
      if (entry.written !== entry.bytes) {
        const [expected, received] = [`${entry.bytes} bytes of ${entry.name}`, String(entry.written)];
        throw new RecordingError({ where: this.#path, expected, received, remedy: 'export it again' });
      }
      this.#write(localHeader(entry), entry.start);
    }
    const list = Buffer.concat(this.#entries.map((entry) => listLine(entry, entry.start >= this.#zip64From)));
    const isFar = this.#end >= this.#zip64From;
    const end = endOfList(this.#entries.length, list.byteLength, this.#end, isFar);
    this.#write(Buffer.concat([list, end]), this.#end);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.byteLength; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.byteLength - done, position + done);
    }
  }
}

function headerBytes({ name, isLarge }: Pick<Entry, 'name' | 'isLarge'>): number {
  return 30 + name.byteLength + (isLarge ? 20 : 0);
}

/** The field of ZIP64 that holds the numbers which are too large for theirs. */
function zip64Field(numbers: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * numbers.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * numbers.length, 2);
  for (const [at, number] of numbers.entries()) field.writeBigUInt64LE(BigInt(number), 4 + 8 * at);
  return field;
}

/** What header and list say alike of a file, from its version on. */
function commonFields({ name, bytes, crc, isLarge }: Entry, version: number, extraBytes: number): Buffer {
  const size = isLarge ? LARGE : bytes;
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(version, 0);
  fields.writeUInt16LE(UTF8_NAME, 2);
  fields.writeUInt16LE(FIRST_DAY, 8);
  fields.writeUInt32LE(crc >>> 0, 10);
  fields.writeUInt32LE(size, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.byteLength, 22);
  fields.writeUInt16LE(extraBytes, 24);
  return fields;
}

function localHeader(entry: Entry): Buffer {
  const { bytes, isLarge, name } = entry;
  const extra = isLarge ? zip64Field([bytes, bytes]) : Buffer.alloc(0);
  const fields = commonFields(entry, isLarge ? VERSION_64 : VERSION, extra.byteLength);
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, extra]);
}

function listLine(entry: Entry, isFar: boolean): Buffer {
  const { bytes, start, name, isLarge } = entry;
  const numbers = [...(isLarge ? [bytes, bytes] : []), ...(isFar ? [start] : [])];
  const extra = numbers.length > 0 ? zip64Field(numbers) : Buffer.alloc(0);
  const version = numbers.length > 0 ? VERSION_64 : VERSION;
  const madeBy = Buffer.alloc(2);
  madeBy.writeUInt16LE(version);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(isFar ? LARGE : start, 10);
  const fields = commonFields(entry, version, extra.byteLength);
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, fields, rest, name, extra]);
}

function endOfList(files: number, bytes: number, start: number, isFar: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files, 8);
  end.writeUInt16LE(files, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(isFar ? LARGE : start, 16);
  if (!isFar) return end;
  const end64 = Buffer.alloc(56 + 20);
  end64.write('PK\x06\x06', 'latin1');
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(VERSION_64, 12);
  end64.writeUInt16LE(VERSION_64, 14);
  for (const [at, number] of [files, files, bytes, start].entries()) {
    end64.writeBigUInt64LE(BigInt(number), 24 + 8 * at);
  }
  end64.write('PK\x06\x07', 56, 'latin1');
  end64.writeBigUInt64LE(BigInt(start + bytes), 64);
  end64.writeUInt32LE(1, 72);
  return Buffer.concat([end64, end]);
}
