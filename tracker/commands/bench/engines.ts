import { findAdapter } from '#engines/gpu/device.ts';
import type { EngineKind } from '#engines/threads/engine-messages.ts';

/** Engines to measure: those asked for, else those of the CPU and a real GPU where there is one. */
export async function enginesToMeasure(
  asked: readonly EngineKind[] | undefined,
  otherwise: readonly EngineKind[] = ['reference', 'wasm'],
): Promise<EngineKind[]> {
  if (asked) return [...asked];
  return (await hasRealGpu()) ? [...otherwise, 'gpu'] : [...otherwise];
}

/** Whether there is a GPU that is no software. */
async function hasRealGpu(): Promise<boolean> {
  try {
    return !(await findAdapter()).info.isFallbackAdapter;
  } catch {
    return false;
  }
}
