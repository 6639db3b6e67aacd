import type { FileAccess } from './append-file.ts';

/** A file that is opened with the first write to it, so that one without rows is never there. */
export function lateFile(open: () => Promise<FileAccess>): FileAccess {
  let opened: Promise<FileAccess> | null = null;
  const file = () => {
    opened ??= open().catch((cause: unknown) => {
      opened = null;
      throw cause;
    });
    return opened;
  };
  return {
    write: async (bytes, position) => (await file()).write(bytes, position),
    truncate: async (bytes) => (await file()).truncate(bytes),
    sync: async () => (await file()).sync(),
    close: async () => (await opened)?.close(),
  };
}
