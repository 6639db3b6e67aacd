import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZLutError } from '#protocol/errors.ts';

export interface FrameRowsOptions {
  /** Folder for what does not fit into memory; default that of the system for temporary files. */
  folder?: string | undefined;
  /** Kept in memory before that, bytes; default 256 MiB. */
  memoryBytes?: number | undefined;
}

const MEMORY_BYTES = 256 * 2 ** 20;

/** Rows of a bead that lie together: few reads get them all, and little waits to be written. */
const BLOCK_BYTES = 8 * 2 ** 20;
const MOST_BLOCK_FRAMES = 512;

let made = 0;

/**
 * What every bead of a long sweep has in every frame, written frame by frame and read bead by bead: in memory as far as
 * that goes, then in a file without a name, which is gone with the process whatever ends it.
 */
export class FrameRows {
  readonly #rowBytes: readonly number[];
  /** [bead] bytes of a frame before it; at the end those of a frame. */
  readonly #before: number[] = [0];
  readonly #blockFrames: number;
  readonly #folder: string;
  readonly #memoryBlocks: number;
  /** [block] bytes [bead, frame, byte]; those after are in the file. */
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  #block: Uint8Array<ArrayBuffer> | null = null;
  #written = 0;
  #file: number | null = null;
  #frames = 0;

  /** @param rowBytes [bead] */
  constructor(rowBytes: readonly number[], { folder, memoryBytes = MEMORY_BYTES }: FrameRowsOptions = {}) {
    this.#rowBytes = rowBytes;
    for (const bytes of rowBytes) this.#before.push(this.#before.at(-1)! + bytes);
    const frameBytes = Math.max(1, this.#before.at(-1)!);
    const blockBytes = Math.min(BLOCK_BYTES, memoryBytes / 4);
    this.#blockFrames = Math.min(MOST_BLOCK_FRAMES, Math.max(1, Math.floor(blockBytes / frameBytes)));
    this.#memoryBlocks = Math.floor(memoryBytes / (frameBytes * this.#blockFrames));
    this.#folder = folder ?? tmpdir();
  }

  get frames(): number {
    return this.#frames;
  }

  /** Whether a part of it is not in memory. */
  get isOnDisk(): boolean {
    return this.#file !== null;
  }

  /**
   * Adds a frame.
   * @param rowOf copied before the next is asked for
   * @throws {ZLutError} when the folder takes no more
   */
  add(rowOf: (bead: number) => Uint8Array): void {
    const place = this.#frames % this.#blockFrames;
    this.#block ??= new Uint8Array(this.#before.at(-1)! * this.#blockFrames);
    for (const [bead, bytes] of this.#rowBytes.entries()) {
      this.#block.set(rowOf(bead).subarray(0, bytes), this.#startOf(bead) + place * bytes);
    }
    this.#frames++;
    if (this.#frames % this.#blockFrames !== 0) return;
    if (this.#blocks.length < this.#memoryBlocks) {
      this.#blocks.push(this.#block);
      this.#block = null;
    } else {
      this.#write(this.#block);
    }
  }

  /** [frame, byte] of a bead, a copy. */
  read(bead: number, first = 0, frames = this.#frames - first): ArrayBuffer {
    const bytes = this.#rowBytes[bead]!;
    const rows = new Uint8Array(frames * bytes);
    for (let at = 0; at < frames; ) {
      const frame = first + at;
      const block = Math.floor(frame / this.#blockFrames);
      const place = frame % this.#blockFrames;
      const count = Math.min(frames - at, this.#blockFrames - place);
      const into = rows.subarray(at * bytes, (at + count) * bytes);
      const from = this.#startOf(bead) + place * bytes;
      const inMemory =
        this.#blocks[block] ?? (block >= this.#blocks.length + this.#written ? this.#block : null);
      if (inMemory) into.set(inMemory.subarray(from, from + into.length));
      else this.#read(into, (block - this.#blocks.length) * this.#before.at(-1)! * this.#blockFrames + from);
      at += count;
    }
    return rows.buffer;
  }

  /** Nothing can be read after. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#blocks.length = 0;
    this.#block = null;
  }

  /** Where a bead begins in a block. */
  #startOf(bead: number): number {
    return this.#before[bead]! * this.#blockFrames;
  }

  #write(block: Uint8Array): void {
    try {
      this.#file ??= openNameless(this.#folder);
      const start = this.#written * block.length;
      for (let done = 0; done < block.length; ) {
        done += writeSync(this.#file, block, done, block.length - done, start + done);
      }
    } catch (cause) {
      const [expected, received] = ['room for profiles that do not fit into memory', String(cause)];
      throw new ZLutError({ where: this.#folder, expected, received }, cause);
    }
    this.#written++;
  }

  #read(into: Uint8Array, position: number): void {
    for (let done = 0; done < into.length; ) {
      const read = readSync(this.#file!, into, done, into.length - done, position + done);
      if (read === 0) {
        const [expected, received] = ['profiles that were written there', 'their end'];
        throw new ZLutError({ where: this.#folder, expected, received });
      }
      done += read;
    }
  }
}

function openNameless(folder: string): number {
  const path = join(folder, `.zlut-build-${process.pid}-${made++}.part`);
  const file = openSync(path, 'wx+');
  unlinkSync(path);
  return file;
}
