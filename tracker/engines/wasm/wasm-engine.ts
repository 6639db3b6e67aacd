import { cpus } from 'node:os';
import { layoutBytes } from '#protocol/frame-layout.ts';
import type { Engine } from '../engine.ts';
import { createLastPlaces, keptLastPlaces, type LastPlaces, noteLastPlaces } from '../last-places.ts';
import { createKernelMemory, instantiateKernel, KERNEL_BYTES, reserve } from './kernel.ts';
import { layOut, layoutBytesOf, moveRois, type WasmLayout, type WasmSetup, writeLast } from './layout.ts';

/** An engine that also takes what only tests of single stages need. */
export interface WasmEngine extends Engine {
  configure(setup: WasmSetup): Promise<void>;
}

/** The kernel in this thread with a memory of its own: frames are copied in, one after the other. */
export function createWasmEngine(): WasmEngine {
  const memory = createKernelMemory();
  const kernel = instantiateKernel(memory);
  let setup: WasmSetup | undefined;
  let layout: WasmLayout | undefined;
  let last: LastPlaces | null = null;
  let scratchAddress = 0;
  let frameAddress = 0;
  return {
    facts: { engine: 'wasm', device: cpus()[0]?.model.trim() || process.arch, fallback: false },

    async configure(next) {
      scratchAddress = KERNEL_BYTES + layoutBytesOf(next);
      reserve(memory, scratchAddress);
      layout = layOut(next, memory, KERNEL_BYTES);
      frameAddress = Math.ceil((scratchAddress + layout.scratchBytes) / 16) * 16;
      reserve(memory, frameAddress + layoutBytes(next, next.rois, next.layout));
      setup = next;
      last = createLastPlaces(next);
    },

    async moveRois(rois) {
      if (!setup || !layout) throw new Error('wasm engine: moveRois before configure');
      if (last) last = keptLastPlaces(last, setup.rois, rois);
      setup = { ...setup, rois: [...rois] };
      moveRois(layout, setup, rois, memory);
    },

    async track(frames, into) {
      if (!setup || !layout) throw new Error('wasm engine: track before configure');
      const bytes = layoutBytes(setup, setup.rois, setup.layout);
      const room = new Uint8Array(memory.buffer, frameAddress, bytes);
      for (let frame = 0; frame < frames.length; frame++) {
        if (last) writeLast(layout, last, setup.rois, memory);
        room.set(new Uint8Array(frames[frame]!, 0, bytes));
        kernel.track(layout, scratchAddress, frameAddress, 0, layout.beads, into, frame * into.beads);
        if (last) noteLastPlaces(last, into, frame);
      }
    },

    async close() {
      setup = undefined;
      layout = undefined;
    },
  };
}
