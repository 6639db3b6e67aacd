import { createGpuEngine } from '#engines/gpu/gpu-engine.ts';
import type { GoldenEngine } from './golden-engine.ts';
import { kernelGoldenEngine } from './kernel-golden-engine.ts';

/**
 * The stages as WGSL in float32, each function a kernel.
 * @throws {DeviceError} when there is no GPU
 */
export async function openGpuGoldenEngine(): Promise<GoldenEngine> {
  return kernelGoldenEngine('gpu', await createGpuEngine());
}
