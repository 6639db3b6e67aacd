import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import type { GoldenEngine } from './golden-engine.ts';
import { kernelGoldenEngine } from './kernel-golden-engine.ts';

/** The stages as AssemblyScript, in float32 where that is faster, each function a plan of one stage. */
export async function openWasmGoldenEngine(): Promise<GoldenEngine> {
  return kernelGoldenEngine('wasm', createWasmEngine());
}
