import { appendFile, truncate, writeFile } from 'node:fs/promises';

/** Lines of text on disk that grow: what a write that failed left of its lines is gone with the next one. */
export class KeptLines {
  readonly #path: string;
  #bytes: number;

  /** Makes the file with this text, in place of what it had. */
  static async begin(path: string, text: string): Promise<KeptLines> {
    await writeFile(path, text);
    return new KeptLines(path, Buffer.byteLength(text));
  }

  private constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Adds lines that survive a power cut once it resolves. */
  async append(text: string): Promise<void> {
    await truncate(this.#path, this.#bytes);
    await appendFile(this.#path, text, { flush: true });
    this.#bytes += Buffer.byteLength(text);
  }
}
