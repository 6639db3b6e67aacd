import { type FileHandle, open } from 'node:fs/promises';
import { StackError } from '#protocol/errors.ts';

/** An open file of a stack and its size when it was opened. */
export interface StackFile {
  readonly path: string;
  readonly size: number;
  readonly handle: FileHandle;
}

const CUT_OFF = 'the file is cut off: copy it again';

/** @throws {StackError} if there is no such file or it cannot be read */
export async function openStackFile(path: string): Promise<StackFile> {
  try {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    return { path, size, handle };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** What to throw when the operating system refuses `path`. */
export function unreadable(path: string, cause: unknown): StackError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new StackError({ where: path, expected: 'a file or folder that can be read', received }, cause);
}

/**
 * Reads `bytes` bytes at `position` into the start of `into`.
 * @returns bytes read, fewer only where the file ends
 */
export async function readUpTo(
  { handle }: StackFile,
  into: Uint8Array,
  bytes: number,
  position: number,
): Promise<number> {
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(into, done, bytes - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/**
 * Reads the bytes of one frame, or of one part of it, at `position`.
 * @throws {StackError} naming frame and both byte counts when the file ends before
 */
export async function readFrameBytes(
  file: StackFile,
  frame: number,
  into: Uint8Array,
  bytes: number,
  position: number,
): Promise<void> {
  let received: number;
  try {
    received = await readUpTo(file, into, bytes, position);
  } catch (cause) {
    throw unreadable(`${file.path} frame ${frame}`, cause);
  }
  if (received < bytes) throw cutOff(file, frame, bytes, received, position);
}

/**
 * Refuses a file that ends inside frame `frame`, known from its size alone.
 * @throws {StackError} naming frame and both byte counts
 */
export function checkInsideFile(file: StackFile, frame: number, bytes: number, position: number): void {
  if (position + bytes <= file.size) return;
  throw cutOff(file, frame, bytes, Math.max(0, file.size - position), position);
}

function cutOff(
  file: StackFile,
  frame: number,
  bytes: number,
  received: number,
  position: number,
): StackError {
  return new StackError({
    where: `${file.path} frame ${frame}`,
    expected: `${bytes} bytes at byte ${position}`,
    received: `${received}`,
    remedy: frame > 0 ? `${CUT_OFF}; the first ${frame} frames are whole` : CUT_OFF,
  });
}

/**
 * Refuses a read outside the stack or into too small a buffer.
 * @throws {StackError} naming the frames there are, or both byte counts
 */
export function checkRead(
  path: string,
  frames: number,
  index: number,
  bytes: number,
  into: Uint8Array,
): void {
  if (!Number.isInteger(index) || index < 0 || index >= frames) {
    const expected = `a frame from 0 to ${frames - 1}`;
    throw new StackError({ where: path, expected, received: `${index}` });
  }
  if (into.length < bytes) {
    const where = `${path} frame ${index}`;
    throw new StackError({ where, expected: `a buffer of ${bytes} bytes`, received: `${into.length}` });
  }
}
