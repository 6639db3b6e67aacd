import { copyFile, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that always holds the newest of something, written when that changes, whole or not at all. */
export class KeptFile {
  readonly path: string;
  readonly #onProblem: (cause: unknown) => void;
  /** The file on the disk is none of ours: it is kept beside before it is replaced. */
  isForeign = false;
  #make: (() => string | Uint8Array) | null = null;
  #writing: Promise<void> | null = null;

  constructor(path: string, onProblem: (cause: unknown) => void) {
    this.path = path;
    this.#onProblem = onProblem;
  }

  /** Writes what `make` gives; of several before the last is written only the newest. */
  keep(make: () => string | Uint8Array): void {
    this.#make = make;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#make) {
      const make = this.#make;
      this.#make = null;
      try {
        if (this.isForeign) await copyFile(this.path, `${this.path}.unreadable`);
        this.isForeign = false;
        await writeWhole(this.path, make());
      } catch (cause) {
        this.#onProblem(cause);
      }
    }
  }
}

/** Writes a file so that a crash leaves either the old or the new one. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(`${path}.tmp`, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.tmp`, path);
}
