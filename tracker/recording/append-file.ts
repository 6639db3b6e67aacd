import { open } from 'node:fs/promises';

/** What the recorder needs of a file; a test or another kind of storage brings its own. */
export interface FileAccess {
  /** Writes all bytes at this place. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** Returns once everything written survives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a new, empty file.
 * @param flags `wx` fails where there is one already
 */
export async function openFile(path: string, flags: 'w' | 'wx' = 'w'): Promise<FileAccess> {
  const handle = await open(path, flags);
  return {
    async write(bytes, position) {
      let done = 0;
      while (done < bytes.byteLength) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done);
        done += bytesWritten;
      }
    },
    truncate: (bytes) => handle.truncate(bytes),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/**
 * A file that is only appended to, in order, one write at a time, off the caller's path.
 *
 * A write that fails stays at the head of the queue and is tried again, at the same place, by the next `pump`; the
 * queue itself has no bound: its owner asks `waitingBytes` before adding to it.
 */
export class AppendFile {
  readonly #file: FileAccess;
  readonly #onError: (cause: unknown) => void;
  readonly #writeBytes: number;
  readonly #queue: { bytes: Uint8Array; rows: number }[] = [];
  #position: number;
  #waitingBytes = 0;
  #waitingRows = 0;
  #writtenRows = 0;
  #lostRows = 0;
  #writing: Promise<void> | null = null;
  #syncing: Promise<void> | null = null;
  #syncedPosition = 0;
  /** Steps that failed last time: their spell has been reported. */
  readonly #failing = new Map<'write' | 'sync', unknown>();

  /**
   * @param position bytes the file has already
   * @param onError called once for each spell of failing writes or of failing syncs
   * @param writeBytes up to which entries that wait are written as one
   */
  constructor(file: FileAccess, position: number, onError: (cause: unknown) => void, writeBytes: number) {
    this.#file = file;
    this.#writeBytes = writeBytes;
    this.#position = position;
    this.#onError = onError;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  get waitingRows(): number {
    return this.#waitingRows;
  }

  get writtenRows(): number {
    return this.#writtenRows;
  }

  /** Rows that still waited when the file was closed and could not be written. */
  get lostRows(): number {
    return this.#lostRows;
  }

  get writtenBytes(): number {
    return this.#position;
  }

  push(bytes: Uint8Array, rows: number): void {
    this.#queue.push({ bytes, rows });
    this.#waitingBytes += bytes.byteLength;
    this.#waitingRows += rows;
    this.pump();
  }

  /** Starts writing what waits, unless a write is under way. */
  pump(): void {
    if (this.#queue.length === 0) return;
    this.#writing ??= this.#writeQueue().finally(() => {
      this.#writing = null;
    });
  }

  /** Starts a sync of what is written, unless one is under way or nothing is new. */
  sync(): void {
    if (this.#position === this.#syncedPosition) return;
    this.#syncing ??= this.#syncOnce().finally(() => {
      this.#syncing = null;
    });
  }

  /**
   * Writes what waits and `ending`, syncs and closes.
   * @throws the error of the disk, after trying everything; what still waited is then lost
   */
  async close(ending: Uint8Array): Promise<void> {
    await this.#writing;
    await this.#syncing;
    this.push(ending, 0);
    await this.#writing;
    let failure = this.#failing.get('write');
    this.#lostRows = this.#waitingRows;
    this.#waitingRows = 0;
    this.#waitingBytes = 0;
    this.#queue.length = 0;
    for (const step of [
      () => this.#file.truncate(this.#position),
      () => this.#file.sync(),
      () => this.#file.close(),
    ]) {
      await step().catch((cause: unknown) => {
        failure ??= cause;
      });
    }
    if (failure !== undefined) throw failure;
  }

  async #writeQueue(): Promise<void> {
    while (this.#queue.length > 0) {
      const { bytes, rows, entries } = this.#nextWrite();
      try {
        await this.#file.write(bytes, this.#position);
      } catch (cause) {
        // Half a batch may lie there: away with it, so that a crash now leaves a clean end.
        await this.#file.truncate(this.#position).catch(() => {});
        this.#fail('write', cause);
        return;
      }
      this.#failing.delete('write');
      this.#queue.splice(0, entries);
      this.#position += bytes.byteLength;
      this.#waitingBytes -= bytes.byteLength;
      this.#waitingRows -= rows;
      this.#writtenRows += rows;
    }
  }

  /** The first entries that wait, as one: a disk whose every write takes long would fall behind one by one. */
  #nextWrite(): { bytes: Uint8Array; rows: number; entries: number } {
    let { bytes, rows } = this.#queue[0]!;
    // What a full disk still has room for may be as little as one.
    if (this.#queue.length === 1 || this.#failing.has('write')) return { bytes, rows, entries: 1 };
    let size = bytes.byteLength;
    let entries = 1;
    for (; entries < this.#queue.length; entries++) {
      const next = this.#queue[entries]!;
      if (size + next.bytes.byteLength > this.#writeBytes) break;
      size += next.bytes.byteLength;
      rows += next.rows;
    }
    if (entries > 1) bytes = Buffer.concat(this.#queue.slice(0, entries).map((entry) => entry.bytes));
    return { bytes, rows, entries };
  }

  async #syncOnce(): Promise<void> {
    const position = this.#position;
    try {
      await this.#file.sync();
      this.#syncedPosition = position;
      this.#failing.delete('sync');
    } catch (cause) {
      this.#fail('sync', cause);
    }
  }

  #fail(step: 'write' | 'sync', cause: unknown): void {
    const reported = this.#failing.has(step);
    this.#failing.set(step, cause);
    if (!reported) this.#onError(cause);
  }
}
