import { StackError } from '#protocol/errors.ts';
import { readUpTo, type StackFile } from './stack-file.ts';

/** A file inside a ZIP archive. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  /** Byte of the archive at which its local header starts. */
  readonly position: number;
  /** Bytes it has in the archive; of the last entry of one that is cut off, those that are there. */
  readonly storedBytes: number;
  /** Bytes it has as a file; undefined where the archive is cut off before they were written down. */
  readonly bytes: number | undefined;
}

/** What an archive holds. */
export interface ZipIndex {
  readonly entries: ZipEntry[];
  /** The list at the end of the archive is missing: the entries were found one by one from the start. */
  readonly isCut: boolean;
}

/** No list is larger: beyond, a size was read from bytes that are no list. */
const LARGEST_INDEX_BYTES = 2 ** 26;
const MOST_ENTRIES = 2 ** 16;
/** Of a local header, before its name; of a line of the list; of the end of the list, before its comment. */
const [LOCAL_BYTES, LINE_BYTES, END_BYTES] = [30, 46, 22];
const LONGEST_COMMENT = 65535;
const IN_ZIP64 = 0xffffffff;
const [STORED, DEFLATED] = [0, 8];
/** Deflate makes nothing smaller than by this factor (RFC 1951: 258 bytes in two bits). */
const MOST_DEFLATED = 1032;

/**
 * Reads the list of the files of a ZIP archive, with or without ZIP64 (PKWARE APPNOTE 6.3).
 * Where the end of the archive is missing, the files are found by their local headers.
 * @throws {StackError} if it makes no sense, or a file is encrypted, packed by another method than deflate, or claims
 *   more bytes than its packed ones can hold
 */
export async function readZipIndex(file: StackFile): Promise<ZipIndex> {
  const list = await findList(file);
  const entries = list ? await readList(file, list) : await scanEntries(file);
  if (entries.length === 0) throw broken(file, 'a .npz file with an array in it', 'none');
  for (const { name, isDeflated, position, storedBytes, bytes = 0 } of entries) {
    const most = isDeflated ? storedBytes * MOST_DEFLATED : storedBytes;
    if (bytes > most || (list && position + storedBytes > file.size)) {
      throw broken(file, `${name} within ${most} bytes`, `${bytes} bytes, ${storedBytes} of them stored`);
    }
  }
  return { entries, isCut: !list };
}

/** Byte of the archive at which the contents of an entry start. */
export async function contentsOf(file: StackFile, { position }: ZipEntry): Promise<number> {
  const header = await view(file, position, LOCAL_BYTES);
  if (header.getUint32(0, true) !== 0x04034b50)
    throw broken(file, `a file at byte ${position}`, 'other bytes');
  return position + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
}

interface EntryList {
  position: number;
  bytes: number;
  entries: number;
}

async function findList(file: StackFile): Promise<EntryList | undefined> {
  const bytes = Math.min(file.size, END_BYTES + LONGEST_COMMENT);
  const tail = await view(file, file.size - bytes, bytes);
  for (let at = bytes - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    const hasZip64 = at >= 20 && tail.getUint32(at - 20, true) === 0x07064b50;
    if (!hasZip64) {
      const [entries, length, position] = [tail.getUint16(at + 10, true), at + 12, at + 16];
      return { entries, bytes: tail.getUint32(length, true), position: tail.getUint32(position, true) };
    }
    const end = await view(file, Number(tail.getBigUint64(at - 12, true)), 56);
    const number = (place: number) => Number(end.getBigUint64(place, true));
    return { entries: number(32), bytes: number(40), position: number(48) };
  }
  return undefined;
}

async function readList(file: StackFile, list: EntryList): Promise<ZipEntry[]> {
  if (list.bytes > LARGEST_INDEX_BYTES || list.entries > MOST_ENTRIES) {
    const expected = `at most ${MOST_ENTRIES} files`;
    throw broken(file, expected, `${list.entries}, listed in ${list.bytes} bytes`);
  }
  const lines = await view(file, list.position, list.bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < list.entries; index++) {
    const isLine = at + LINE_BYTES <= list.bytes && lines.getUint32(at, true) === 0x02014b50;
    const nameBytes = isLine ? lines.getUint16(at + 28, true) : 0;
    const extraBytes = isLine ? lines.getUint16(at + 30, true) : 0;
    const next = at + LINE_BYTES + nameBytes + extraBytes + (isLine ? lines.getUint16(at + 32, true) : 0);
    if (!isLine || next > list.bytes) throw broken(file, `file ${index} of ${list.entries}`, 'other bytes');
    const name = textOf(lines, at + LINE_BYTES, nameBytes);
    const [bytes, storedBytes, position] = zip64Numbers(
      [lines.getUint32(at + 24, true), lines.getUint32(at + 20, true), lines.getUint32(at + 42, true)],
      lines,
      at + LINE_BYTES + nameBytes,
      extraBytes,
    );
    const method = methodOf(file, name, lines.getUint16(at + 8, true), lines.getUint16(at + 10, true));
    entries.push({
      name,
      isDeflated: method === DEFLATED,
      position: position!,
      storedBytes: storedBytes!,
      bytes,
    });
    at = next;
  }
  return entries;
}

/** Entries of an archive without its end, from local header to local header. */
async function scanEntries(file: StackFile): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  let position = 0;
  while (position + LOCAL_BYTES <= file.size && entries.length < MOST_ENTRIES) {
    const header = await view(file, position, LOCAL_BYTES);
    if (header.getUint32(0, true) !== 0x04034b50) break;
    const [nameBytes, extraBytes] = [header.getUint16(26, true), header.getUint16(28, true)];
    const start = position + LOCAL_BYTES + nameBytes + extraBytes;
    if (start > file.size) break;
    const rest = await view(file, position + LOCAL_BYTES, nameBytes + extraBytes);
    const name = textOf(rest, 0, nameBytes);
    const method = methodOf(file, name, header.getUint16(6, true), header.getUint16(8, true));
    const stored = [header.getUint32(22, true), header.getUint32(18, true)];
    const [bytes, storedBytes] = zip64Numbers(stored, rest, nameBytes, extraBytes);
    const left = file.size - start;
    // A writer that was killed leaves zeros for the sizes of its last file.
    const isWhole = storedBytes! > 0 && storedBytes! <= left;
    entries.push({
      name,
      isDeflated: method === DEFLATED,
      position,
      storedBytes: isWhole ? storedBytes! : left,
      bytes: isWhole ? bytes : undefined,
    });
    if (!isWhole) break;
    position = start + storedBytes!;
  }
  return entries;
}

/** Numbers of 32 bits, with those that do not fit taken from the ZIP64 field, where they stand in the same order. */
function zip64Numbers(numbers: number[], from: DataView, extraAt: number, extraBytes: number): number[] {
  let at = extraAt;
  const end = extraAt + extraBytes;
  while (at + 4 <= end && from.getUint16(at, true) !== 1) at += 4 + from.getUint16(at + 2, true);
  at += 4;
  return numbers.map((number) => {
    if (number !== IN_ZIP64 || at + 8 > end) return number;
    at += 8;
    return Number(from.getBigUint64(at - 8, true));
  });
}

function methodOf(file: StackFile, name: string, flags: number, method: number): number {
  const isEncrypted = (flags & 1) === 1;
  if (!isEncrypted && (method === STORED || method === DEFLATED)) return method;
  const received = isEncrypted ? 'encrypted' : `method ${method}`;
  throw broken(file, `${name} stored or deflated`, received, 'save it with numpy.savez');
}

function textOf(from: DataView, at: number, bytes: number): string {
  return new TextDecoder().decode(new Uint8Array(from.buffer, from.byteOffset + at, bytes));
}

async function view(file: StackFile, position: number, bytes: number): Promise<DataView> {
  const room = new Uint8Array(bytes);
  const read = position >= 0 ? await readUpTo(file, room, bytes, position) : 0;
  if (read < bytes) throw broken(file, `${bytes} bytes at byte ${position}`, `${read}`);
  return new DataView(room.buffer);
}

function broken(
  file: StackFile,
  expected: string,
  received: string,
  remedy = 'copy the file again',
): StackError {
  return new StackError({ where: file.path, expected, received, remedy });
}
