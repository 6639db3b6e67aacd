import { closeSync, openSync, writeSync } from 'node:fs';
import { OutputExistsError, RecordingError } from '#protocol/errors.ts';

/** What the operating system said. */
export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether an operation failed because the file or folder is there already. */
export function isExists(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
}

/** The refusal to overwrite. */
export function outputExists(where: string): OutputExistsError {
  return new OutputExistsError({
    where,
    expected: 'a new output',
    received: 'one that exists',
    remedy: 'choose another name or pass --force to overwrite it',
  });
}

/** An output of a command, written where it will stay; the caller waits for each write. */
export class OutputFile {
  readonly path: string;
  readonly #descriptor: number;
  #bytes = 0;

  /**
   * @throws {OutputExistsError} when the file exists and `force` is not set
   * @throws {RecordingError} when it cannot be created
   */
  constructor(path: string, force: boolean) {
    this.path = path;
    try {
      this.#descriptor = openSync(path, force ? 'w' : 'wx');
    } catch (cause) {
      if (isExists(cause)) throw outputExists(path);
      throw new RecordingError(
        {
          where: path,
          expected: 'a file that can be created',
          received: reason(cause),
          remedy: 'make the folder, or choose one you may write to',
        },
        cause,
      );
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws {RecordingError} when the disk does not take all bytes */
  write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(this.#descriptor, bytes, done);
    } catch (cause) {
      throw new RecordingError(
        {
          where: this.path,
          expected: `room for ${bytes.byteLength} more bytes after ${this.#bytes}`,
          received: reason(cause),
          remedy: 'free space on the disk: this output is not complete',
        },
        cause,
      );
    }
    this.#bytes += bytes.byteLength;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
