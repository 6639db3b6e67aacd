import { LimitError, StackError } from '#protocol/errors.ts';
import { type NpyData, npyValues } from '#protocol/npy.ts';
import { swapByteOrder } from './byte-order.ts';
import { readFrameBytes, type StackFile } from './stack-file.ts';
import type { TdmsBlock, TdmsIndex, TdmsPart } from './tdms-index.ts';
import type { TdmsObject } from './tdms-objects.ts';
import { STRING, TIMESTAMP, timestampNs } from './tdms-types.ts';

/** Values of a channel; timestamps are ns since 1970. */
export type TdmsValues = NpyData | string[];

/** Read at once: small enough to stay in the cache of a processor while its channels are picked out. */
const BUFFER_BYTES = 2 ** 21;
/** Of all channels that are read together. */
const MOST_BYTES = 2 ** 32;

/** Values of every channel in the whole file, counted in one pass: there may be many segments. */
export function countValues({ blocks }: TdmsIndex): Map<TdmsObject, number> {
  const counts = new Map<TdmsObject, number>();
  for (const { chunks, parts } of blocks) {
    for (const { object, values } of parts) counts.set(object, (counts.get(object) ?? 0) + chunks * values);
  }
  return counts;
}

/**
 * Reads channels whole, in one pass through the file.
 * @returns values by channel, in the order asked for
 * @throws {StackError} if a channel has values of several types, or complex ones, or the file became shorter
 * @throws {LimitError} if they have more than 4 GiB together
 */
export async function readChannels(
  file: StackFile,
  index: TdmsIndex,
  channels: readonly TdmsObject[],
): Promise<TdmsValues[]> {
  const rooms = new Map(channels.map((channel) => [channel, { bytes: new Uint8Array(0), at: 0 }]));
  const strings = new Map(channels.map((channel) => [channel, [] as string[]]));
  const counts = countValues(index);
  requireReadable(file.path, index, new Set(channels));
  let total = 0;
  for (const [channel, room] of rooms) {
    const bytes = (counts.get(channel) ?? 0) * (channel.rawIndex?.type.bytes ?? 0);
    total += bytes;
    if (total > MOST_BYTES) {
      throw new LimitError({
        where: file.path,
        expected: `at most ${MOST_BYTES} bytes`,
        received: `${total}`,
      });
    }
    room.bytes = new Uint8Array(bytes);
  }
  for (const block of index.blocks) {
    const wanted = block.parts.filter(({ object }) => rooms.has(object));
    if (wanted.length === 0) continue;
    await eachPart(file, block, wanted, (part, bytes) => {
      const { type } = part;
      if (type.name === STRING.name) {
        strings.get(part.object)!.push(...stringsOf(bytes, part.values, block.littleEndian, file.path));
        return;
      }
      const room = rooms.get(part.object)!;
      room.bytes.set(bytes, room.at);
      if (!block.littleEndian) reverseEach(room.bytes.subarray(room.at, room.at + bytes.length), type.bytes);
      room.at += bytes.length;
    });
  }
  return channels.map((channel) => {
    const type = channel.rawIndex?.type;
    if (type?.name === STRING.name) return strings.get(channel)!;
    const { buffer } = rooms.get(channel)!.bytes;
    return type?.name === TIMESTAMP.name ? timesOf(buffer) : npyValues(buffer, type?.dtype ?? 'f8');
  });
}

/** @throws {StackError} if a channel has values that are neither numbers, times nor text, or of two types */
function requireReadable(path: string, { blocks }: TdmsIndex, channels: ReadonlySet<TdmsObject>): void {
  for (const { parts } of blocks) {
    for (const { object, type } of parts) {
      if (!channels.has(object)) continue;
      const where = `${path} ${channelName(object)}`;
      if (!type.dtype && type.name !== STRING.name && type.name !== TIMESTAMP.name) {
        throw new StackError({ where, expected: 'numbers, times or text', received: type.name });
      }
      const last = object.rawIndex!.type.name;
      if (type.name === last) continue;
      throw new StackError({ where, expected: 'values of one type', received: `${type.name} and ${last}` });
    }
  }
}

/** `group/channel`, for messages. */
export function channelName({ path }: TdmsObject): string {
  return path.join('/');
}

/** Gives the bytes of each wanted part of each chunk, in the order of the file. */
async function eachPart(
  file: StackFile,
  { position, chunks, chunkBytes }: TdmsBlock,
  wanted: readonly TdmsPart[],
  take: (part: TdmsPart, bytes: Uint8Array) => void,
): Promise<void> {
  if (chunkBytes > BUFFER_BYTES) {
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (const part of wanted) {
        const bytes = new Uint8Array(part.bytes);
        await readFrameBytes(file, 0, bytes, bytes.length, position + chunk * chunkBytes + part.offset);
        take(part, bytes);
      }
    }
    return;
  }
  const most = Math.floor(BUFFER_BYTES / chunkBytes);
  const buffer = new Uint8Array(Math.min(most, chunks) * chunkBytes);
  for (let first = 0; first < chunks; first += most) {
    const count = Math.min(most, chunks - first);
    await readFrameBytes(file, 0, buffer, count * chunkBytes, position + first * chunkBytes);
    for (let at = 0; at < count * chunkBytes; at += chunkBytes) {
      for (const part of wanted) take(part, buffer.subarray(at + part.offset, at + part.offset + part.bytes));
    }
  }
}

function reverseEach(bytes: Uint8Array, size: number): void {
  if (size <= 8) swapByteOrder(bytes, size as 1 | 2 | 4 | 8);
  else for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Strings of a chunk: where each ends, from the first one on, and then all their letters. */
function stringsOf(bytes: Uint8Array, count: number, littleEndian: boolean, path: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (4 * count > bytes.length) {
    const received = `${bytes.length} bytes`;
    throw new StackError({ where: path, expected: `the ends of ${count} texts`, received });
  }
  const letters = bytes.subarray(4 * count);
  let start = 0;
  return Array.from({ length: count }, (_, index) => {
    const end = view.getUint32(4 * index, littleEndian);
    if (end < start || end > letters.length) {
      throw new StackError({
        where: path,
        expected: `text of ${letters.length} bytes`,
        received: `an end at ${end}`,
      });
    }
    const text = new TextDecoder().decode(letters.subarray(start, end));
    start = end;
    return text;
  });
}

/** ns since 1970 of timestamps, little-endian: fraction, then seconds. */
function timesOf(buffer: ArrayBuffer): BigInt64Array {
  const words = new BigUint64Array(buffer);
  const seconds = new BigInt64Array(buffer);
  return BigInt64Array.from({ length: words.length / 2 }, (_, at) =>
    timestampNs(seconds[2 * at + 1]!, words[2 * at]!),
  );
}
