import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { RecordingError } from '#protocol/errors.ts';

/** Frames that wait for the disk at most, MiB. */
const QUEUE_BYTES = 64 << 20;

/** The frames of a sweep on disk, each at its own place, written off the caller's path; one taken anew is written over. */
export class PlaneFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #frameBytes: number;
  readonly #most: number;
  readonly #free: Uint8Array[] = [];
  #taken = 0;
  #writing = new Set<Promise<void>>();
  #failure: unknown;

  /** Opens the file, or makes it; what it has stays. */
  static async open(path: string, frameBytes: number, queueBytes = QUEUE_BYTES): Promise<PlaneFile> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT).catch((cause: unknown) => {
      throw unwritten(path, cause);
    });
    return new PlaneFile(path, handle, frameBytes, queueBytes);
  }

  private constructor(path: string, handle: FileHandle, frameBytes: number, queueBytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.#frameBytes = frameBytes;
    this.#most = Math.max(2, Math.floor(queueBytes / frameBytes));
  }

  /** A buffer for a frame, or null when the disk is behind. */
  take(): Uint8Array | null {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#taken === this.#most) return null;
    this.#taken++;
    return new Uint8Array(this.#frameBytes);
  }

  /** Hands back a buffer that is not written. */
  release(buffer: Uint8Array): void {
    this.#free.push(buffer);
  }

  /** Writes the buffer as this frame; it is the file's from here on. */
  write(frame: number, buffer: Uint8Array): void {
    const writing = this.#write(frame, buffer)
      .catch((cause: unknown) => {
        this.#failure ??= cause;
      })
      .finally(() => {
        this.#free.push(buffer);
        this.#writing.delete(writing);
      });
    this.#writing.add(writing);
  }

  /**
   * Resolves when everything written survives a power cut.
   * @throws {RecordingError} when the disk did not take a frame since the last call
   */
  async flush(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
    try {
      if (this.#failure === undefined) await this.#handle.datasync();
    } catch (cause) {
      this.#failure = cause;
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw unwritten(this.#path, failure);
  }

  async close(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
    await this.#handle.close();
  }

  async #write(frame: number, buffer: Uint8Array): Promise<void> {
    const position = frame * this.#frameBytes;
    let done = 0;
    while (done < buffer.length) {
      done += (await this.#handle.write(buffer, done, buffer.length - done, position + done)).bytesWritten;
    }
  }
}

function unwritten(path: string, cause: unknown): RecordingError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new RecordingError({ where: path, expected: 'a disk that takes the frames', received }, cause);
}
