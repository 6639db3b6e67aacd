import { Readable } from 'node:stream';
import { constants, createInflateRaw, type InflateRaw } from 'node:zlib';
import { readUpTo, type StackFile } from './stack-file.ts';

const PART_BYTES = 2 ** 16;

/**
 * Bytes of a deflated part of a file by their position, inflated as they are asked for and never kept:
 * forward is quick, back starts again from the first byte.
 */
export class InflatedBytes {
  readonly #file: StackFile;
  readonly #start: number;
  readonly #storedBytes: number;
  #inflate: InflateRaw | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  /** Inflated and not passed over yet, and where it begins. */
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: StackFile, start: number, storedBytes: number) {
    this.#file = file;
    this.#start = start;
    this.#storedBytes = storedBytes;
  }

  /**
   * Reads into all of `into` from `position` on.
   * @returns bytes read, fewer only where they end
   * @throws the error of zlib for bytes that were not deflated
   */
  read(into: Uint8Array, position: number): Promise<number> {
    const read = this.#last.then(() => this.#read(into, position));
    this.#last = read.catch(() => {});
    return read;
  }

  /** How many there are from `position` on: inflates them all. */
  async countFrom(position: number): Promise<number> {
    const room = new Uint8Array(2 ** 16);
    let bytes = 0;
    for (;;) {
      const read = await this.read(room, position + bytes);
      bytes += read;
      if (read < room.length) return bytes;
    }
  }

  close(): void {
    this.#inflate?.destroy();
    this.#inflate = undefined;
    this.#chunks = undefined;
  }

  async #read(into: Uint8Array, position: number): Promise<number> {
    if (!this.#chunks || position < this.#at) this.#begin();
    let done = 0;
    while (done < into.length) {
      const skip = position + done - this.#at;
      if (skip >= this.#chunk.length) {
        this.#at += this.#chunk.length;
        const next = await this.#chunks!.next();
        this.#chunk = next.done ? new Uint8Array(0) : next.value;
        if (next.done) break;
        continue;
      }
      const part = this.#chunk.subarray(skip, skip + into.length - done);
      into.set(part, done);
      done += part.length;
    }
    return done;
  }

  #begin(): void {
    this.close();
    // A part that is cut off gives all it holds instead of an error.
    const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
    const stored = Readable.from(partsOf(this.#file, this.#start, this.#storedBytes));
    stored.on('error', (error) => inflate.destroy(error));
    inflate.on('close', () => stored.destroy());
    stored.pipe(inflate);
    this.#inflate = inflate;
    this.#chunks = inflate[Symbol.asyncIterator]();
    this.#chunk = new Uint8Array(0);
    this.#at = 0;
  }
}

/** Not a stream of the file's own: that would keep the file open after a frame was given up. */
async function* partsOf(file: StackFile, start: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += PART_BYTES) {
    const part = new Uint8Array(Math.min(PART_BYTES, bytes - at));
    yield part.subarray(0, await readUpTo(file, part, part.length, start + at));
  }
}
