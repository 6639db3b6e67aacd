import { readFileSync } from 'node:fs';
import type { NdValues } from './nd-array.ts';

/** Addresses below are the kernel's own. */
export const PIXEL_KERNEL_BYTES = 1024;

/** Pixels of a frame that the kernel has room for: its memory ends at 4 GiB. */
const MOST_PIXELS = 2 ** 26;

const PAGE_BYTES = 65_536;

/** Counts that the kernel adds up, exactly. */
export type WholeCounts = Uint8Array | Uint16Array;

/** What `pixel-kernel.as.ts` exports, and its memory; addresses are multiples of 16. */
export interface PixelKernel {
  readonly memory: ArrayBuffer;
  widen(frame: number, pixels: number): void;
  sumLists(frame: number, chunks: number, ends: number, lists: number, sums: number): void;
  addFrames(frames: number, stride: number, count: number, pixels: number, sums: number): void;
  addSquares(
    frames: number,
    stride: number,
    count: number,
    pixels: number,
    sums: number,
    squares: number,
  ): void;
  raise(frames: number, stride: number, count: number, pixels: number, largest: number): void;
  lower(frames: number, stride: number, count: number, pixels: number, smallest: number): void;
  readMeans(sums: number, frames: number, pixels: number, out: number): void;
  readSpreads(
    sums: number,
    squares: number,
    first: number,
    frames: number,
    pixels: number,
    out: number,
  ): void;
}

let compiled: WebAssembly.Module | undefined;

/** A kernel with a memory of its own, zeros up to `bytes`. */
export function openPixelKernel(bytes: number): PixelKernel {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./pixel-kernel.wasm', import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { ...(exports as unknown as Omit<PixelKernel, 'memory'>), memory: memory.buffer };
}

/** Whether the kernel takes frames of so many pixels of this type. */
export function isForKernel(values: NdValues, pixels: number): values is WholeCounts {
  return (values instanceof Uint8Array || values instanceof Uint16Array) && pixels <= MOST_PIXELS;
}
