import { StackError } from '#protocol/errors.ts';
import { InflatedBytes } from './inflated-bytes.ts';
import { readUpTo, type StackFile } from './stack-file.ts';
import { contentsOf, type ZipEntry } from './zip-index.ts';

/** Bytes of a file in an archive by their position, whichever way they are stored. */
export interface EntryContents {
  /**
   * Reads into all of `into`.
   * @returns bytes read, fewer only where the file ends
   * @throws {StackError} naming the file whose bytes cannot be read or inflated
   */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Bytes from `position` to the end of the file. */
  countFrom(position: number): Promise<number>;
  close(): void;
}

/** @throws {StackError} if the archive has no file where its list says */
export async function openEntry(file: StackFile, entry: ZipEntry): Promise<EntryContents> {
  const start = await contentsOf(file, entry);
  const { storedBytes } = entry;
  if (!entry.isDeflated) {
    return {
      read: (into, position) => {
        const bytes = Math.min(into.length, Math.max(0, storedBytes - position));
        return readUpTo(file, into, bytes, start + position);
      },
      countFrom: async (position) => Math.max(0, storedBytes - position),
      close() {},
    };
  }
  const inflated = new InflatedBytes(file, start, storedBytes);
  const named = <Value>(read: Promise<Value>) =>
    read.catch((cause: unknown) => {
      const received = cause instanceof Error ? cause.message : String(cause);
      throw new StackError(
        {
          where: `${file.path}#${entry.name}`,
          expected: 'deflated bytes',
          received,
          remedy: 'copy it again',
        },
        cause,
      );
    });
  return {
    read: (into, position) => named(inflated.read(into, position)),
    countFrom: (position) => named(inflated.countFrom(position)),
    close: () => inflated.close(),
  };
}
