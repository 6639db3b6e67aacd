import type { FileHandle } from 'node:fs/promises';
import type { Readable } from './arrow-stream.ts';

const LEAST_BYTES = 1024;
const MOST_BYTES = 256 << 10;

/** How much of what was asked for was there. */
interface Read {
  bytesRead: number;
  buffer: Uint8Array;
}

/**
 * Reads ahead where a file is read from front to back in small pieces, and little where most of it is jumped over: the
 * thousands of small batches of a slow run cost few reads, the large ones of a fast run cost few bytes.
 */
export class ReadAhead {
  readonly #file: Readable;
  #buffer = new Uint8Array(0);
  #start = 0;
  #bytes = LEAST_BYTES;

  constructor(file: Readable) {
    this.#file = file;
  }

  readonly read = (async (
    into: Uint8Array,
    offset: number,
    bytes: number,
    position: number,
  ): Promise<Read> => {
    const end = this.#start + this.#buffer.byteLength;
    if (position < this.#start || position + bytes > end) await this.#fill(position, bytes, end);
    const from = position - this.#start;
    const found = this.#buffer.subarray(from, from + bytes);
    into.set(found, offset);
    return { bytesRead: found.byteLength, buffer: into };
  }) as FileHandle['read'];

  async #fill(position: number, bytes: number, end: number): Promise<void> {
    this.#bytes = position > end ? LEAST_BYTES : Math.min(MOST_BYTES, 2 * this.#bytes);
    const into = new Uint8Array(Math.max(bytes, this.#bytes));
    const { bytesRead } = await this.#file.read(into, 0, into.byteLength, position);
    this.#buffer = into.subarray(0, bytesRead);
    this.#start = position;
  }
}
