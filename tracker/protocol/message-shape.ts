import { LimitError, ProtocolError } from './errors.ts';

/** How much a message may hold besides its bytes. */
export interface MessageLimits {
  /** Values, keys among them. */
  values: number;
  /** Maps and lists within one another, 16 at most. */
  depth: number;
}

const MAX_DEPTH = 16;
/** Values still to come, by level; kept, because every frame passes here. */
const open = new Uint32Array(MAX_DEPTH + 1);

/**
 * Checks, without decoding, that bytes are one MessagePack value of plain kinds within limits.
 *
 * A decoder makes an object of every byte of `[{}, {}, ...]` and code of every record: 100 MB of that end a process.
 * Extensions and records are refused: no message of a peer needs one.
 * @throws {LimitError} when it holds more values, or deeper ones, than allowed
 * @throws {ProtocolError} when it is cut off, followed by other bytes, or of no plain kind
 */
export function assertPlainMessage(bytes: Uint8Array, { values, depth }: MessageLimits): void {
  let level = 0;
  let at = 0;
  let seen = 0;
  open[0] = 1;
  while (level >= 0) {
    if (open[level] === 0) {
      level--;
      continue;
    }
    open[level]!--;
    if (++seen > values) throw above(`${values} values`, 'more');
    if (at >= bytes.length) throw cutOff(bytes);
    const token = bytes[at++]!;
    const inside = childrenOf(token, bytes, at);
    if (inside >= 0) {
      at += lengthBytes(token);
      // Each takes a byte at least, so a claim of billions shows before anything is made for it.
      if (inside > bytes.length - at) throw cutOff(bytes);
      if (level >= Math.min(depth, MAX_DEPTH)) throw above(`${depth} levels`, 'deeper ones');
      open[++level] = inside;
    } else {
      at += bodyBytes(token, bytes, at);
      if (at > bytes.length) throw cutOff(bytes);
    }
  }
  if (at < bytes.length) {
    throw new ProtocolError({
      where: 'message',
      expected: 'one MessagePack value',
      received: `${bytes.length - at} bytes after it`,
    });
  }
}

/** Bytes that hold the length of a map or list. */
function lengthBytes(token: number): number {
  if (token < 0xa0) return 0;
  return token === 0xdc || token === 0xde ? 2 : 4;
}

/** Values within a map or list, -1 for anything else. */
function childrenOf(token: number, bytes: Uint8Array, at: number): number {
  if (token >= 0x80 && token < 0x90) return 2 * (token & 0x0f);
  if (token >= 0x90 && token < 0xa0) return token & 0x0f;
  if (token < 0xdc || token > 0xdf) return -1;
  const count = numberAt(bytes, at, lengthBytes(token));
  return token >= 0xde ? 2 * count : count;
}

/** Bytes after the token of a number, text, byte string, nil or boolean. */
function bodyBytes(token: number, bytes: Uint8Array, at: number): number {
  if (token < 0x80 || token >= 0xe0) return 0;
  if (token < 0xc0) return token & 0x1f;
  switch (token) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return 0;
    case 0xc4:
    case 0xd9:
      return 1 + numberAt(bytes, at, 1);
    case 0xc5:
    case 0xda:
      return 2 + numberAt(bytes, at, 2);
    case 0xc6:
    case 0xdb:
      return 4 + numberAt(bytes, at, 4);
    case 0xcc:
    case 0xd0:
      return 1;
    case 0xcd:
    case 0xd1:
      return 2;
    case 0xca:
    case 0xce:
    case 0xd2:
      return 4;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return 8;
    case 0xd4:
      // The extension by which msgpackr says undefined.
      if (bytes[at] === 0) return 2;
      break;
    default:
  }
  throw new ProtocolError({
    where: 'message',
    expected: 'maps, lists, numbers, texts, byte strings, booleans and nil',
    received: `MessagePack token 0x${token.toString(16)}`,
  });
}

/** Big-endian; bytes beyond the end count as 0, and the message as cut off. */
function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = at; index < at + length; index++) value = value * 256 + (bytes[index] ?? 0);
  return value;
}

function above(limit: string, received: string): LimitError {
  return new LimitError({ where: 'message', expected: `at most ${limit}`, received });
}

function cutOff(bytes: Uint8Array): ProtocolError {
  return new ProtocolError({
    where: 'message',
    expected: 'one MessagePack value',
    received: `the beginning of one (${bytes.length} bytes)`,
  });
}
