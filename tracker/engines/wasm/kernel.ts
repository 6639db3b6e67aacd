import { readFileSync } from 'node:fs';
import type { TrackTable } from '#protocol/track-table.ts';
import { type JudgedTrack, judgeTrack } from '../judge-track.ts';
import type { WasmLayout } from './layout.ts';
import { KERNEL_WORDS as WORDS } from './words.ts';

/** Addresses below are the kernel's own, the same numbers in every thread; layouts, frames and scratch lie above. */
export const KERNEL_BYTES = 65536;

/** Pages of 64 KiB of the largest memory, as the module declares it: 3 GiB, of which only what is used is taken. */
export const MAX_MEMORY_PAGES = 49152;

/** One thread's instance of the kernel; its state is its scratch. */
export interface WasmKernel {
  /**
   * Tracks some beads of one frame and writes their rows.
   * @param scratchAddress `layout.scratchBytes` of this thread alone, a multiple of 16
   * @param frameAddress first byte of the frame, a multiple of 8
   * @param row of the table that `firstBead` goes into
   */
  track(
    layout: WasmLayout,
    scratchAddress: number,
    frameAddress: number,
    firstBead: number,
    count: number,
    into: TrackTable,
    row: number,
  ): void;
}

interface KernelExports {
  track(roi: number, frame: number, scratch: number, scratchEnd: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** Memory that the kernels of several threads can share, with room for the kernel's own numbers. */
export function createKernelMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAX_MEMORY_PAGES, shared: true });
}

/** Grows the memory until it has so many bytes. */
export function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
}

/** The kernel over a memory from `createKernelMemory`, which other threads may have instances over, too. */
export function instantiateKernel(memory: WebAssembly.Memory): WasmKernel {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  const kernel = instance.exports as unknown as KernelExports;
  let words = new Uint32Array(memory.buffer);
  let doubles = new Float64Array(memory.buffer);
  const judged: JudgedTrack = {
    xPx: 0,
    yPx: 0,
    zNm: 0,
    size: 0,
    darkest: 0,
    brightest: 0,
    saturation: 0,
    hasZLut: false,
    looksUpZ: false,
    stageStatus: 0,
  };

  /** Writes what the kernel left at `result`, as `reference` writes its beads. */
  function write(layout: WasmLayout, roi: number, result: number, into: TrackTable, row: number): void {
    const at = result / 8;
    const darkest = doubles[at + WORDS.resultDarkest / 8]!;
    const brightest = doubles[at + WORDS.resultBrightest / 8]!;
    const dark = !layout.keepsDark && !(brightest > darkest);
    const xPx = dark ? Number.NaN : doubles[at + WORDS.resultX / 8]!;
    const yPx = dark ? Number.NaN : doubles[at + WORDS.resultY / 8]!;
    const zNm = dark ? Number.NaN : doubles[at + WORDS.resultZ / 8]!;
    judged.xPx = xPx;
    judged.yPx = yPx;
    judged.zNm = zNm;
    judged.size = words[(words[(roi + WORDS.roiProgram) / 4]! + WORDS.programSize) / 4]!;
    judged.darkest = darkest;
    judged.brightest = brightest;
    judged.saturation = layout.saturation;
    judged.hasZLut = words[(roi + WORDS.roiZLut) / 4]! !== 0;
    judged.looksUpZ = layout.looksUpZ;
    judged.stageStatus = dark ? 0 : doubles[at + WORDS.resultStatus / 8]!;
    into.xPx[row] = words[(roi + WORDS.roiLeft) / 4]! + xPx;
    into.yPx[row] = words[(roi + WORDS.roiTop) / 4]! + yPx;
    into.zNm[row] = zNm;
    into.score[row] = dark ? Number.NaN : doubles[at + WORDS.resultScore / 8]!;
    into.status[row] = judgeTrack(judged);
    if (into.fits) {
      into.sigmaXPx[row] = dark ? Number.NaN : doubles[at + WORDS.resultSigmaX / 8]!;
      into.sigmaYPx[row] = dark ? Number.NaN : doubles[at + WORDS.resultSigmaY / 8]!;
      into.sigmaZNm[row] = dark ? Number.NaN : doubles[at + WORDS.resultSigmaZ / 8]!;
      into.chiSquared[row] = dark ? Number.NaN : doubles[at + WORDS.resultChiSquared / 8]!;
    }
    const radii = doubles[at + WORDS.resultRadii / 8]!;
    const profile = at + WORDS.resultHead / 8;
    const column = row * into.radii;
    for (let radius = 0; radius < into.radii; radius++) {
      into.profiles[column + radius] = radius < radii ? doubles[profile + radius]! : Number.NaN;
    }
  }

  return {
    track(layout, scratchAddress, frameAddress, firstBead, count, into, row) {
      const scratchEnd = scratchAddress + layout.scratchBytes;
      if (doubles.length < memory.buffer.byteLength / 8) {
        words = new Uint32Array(memory.buffer);
        doubles = new Float64Array(memory.buffer);
      }
      for (let index = 0; index < count; index++) {
        const roi = layout.address + (firstBead + index) * WORDS.roiBytes;
        kernel.track(roi, frameAddress, scratchAddress, scratchEnd);
        write(layout, roi, scratchAddress, into, row + index);
      }
    },
  };
}
