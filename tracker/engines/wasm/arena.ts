import { DeviceError } from '#protocol/errors.ts';
import type { SharedStretch, StretchSource } from '../shared-rings.ts';
import { KERNEL_BYTES, MAX_MEMORY_PAGES, reserve } from './kernel.ts';

/** A cache line, so that no two threads write into one. */
const ALIGNMENT = 64;

/** The kernel may read a vector beyond what it is given. */
const PADDING = 64;

/** Memory that is taken and never given back: what goes round in it is kept by the rings. */
export class WasmArena implements StretchSource {
  readonly memory: WebAssembly.Memory;
  #next = KERNEL_BYTES;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /**
   * @returns the address, a multiple of 64
   * @throws {DeviceError} when the memory cannot grow any more
   */
  take(bytes: number): number {
    const address = this.#next;
    const end = Math.ceil((address + bytes + PADDING) / ALIGNMENT) * ALIGNMENT;
    try {
      reserve(this.memory, end);
    } catch (cause) {
      const expected = `at most ${MAX_MEMORY_PAGES / 16} MiB of frames, tables and Z-LUTs`;
      const complaint = { where: 'wasm engine', expected, received: `${Math.ceil(end / 2 ** 20)} MiB` };
      throw new DeviceError({ ...complaint, remedy: 'track fewer frames at a time' }, cause);
    }
    this.#next = end;
    return address;
  }

  allocate(bytes: number): SharedStretch {
    const byteOffset = this.take(bytes);
    // The DOM's types know no shared memory.
    const buffer = this.memory.buffer as unknown as SharedArrayBuffer;
    return { memory: byteOffset, buffer, byteOffset, bytes };
  }

  drop(): void {}
}

/** A piece of the arena and how many hold it. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
  holders: number;
}

/** Pieces that are used again when nobody holds them. */
export class BlockPool {
  readonly #arena: WasmArena;
  #blocks: Block[] = [];

  constructor(arena: WasmArena) {
    this.#arena = arena;
  }

  /** A block that its taker holds. */
  take(bytes: number): Block {
    const free = this.#blocks.find((block) => block.holders === 0 && block.bytes >= bytes);
    if (free) {
      free.holders = 1;
      return free;
    }
    // Half as much again, so that setups that gain beads one by one leave little behind.
    const most = this.#blocks.reduce((largest, block) => Math.max(largest, block.bytes), 0);
    const capacity = most > 0 && bytes > most ? Math.ceil(bytes * 1.5) : bytes;
    const block = { address: this.#arena.take(capacity), bytes: capacity, holders: 1 };
    this.#blocks = this.#blocks.filter(({ holders, bytes: other }) => holders > 0 || other >= bytes);
    this.#blocks.push(block);
    return block;
  }
}
