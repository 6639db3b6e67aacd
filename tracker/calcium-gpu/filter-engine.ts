import { type OpenedGpu, openGpu } from '#engines/gpu/device.ts';
import { DeviceError } from '#protocol/errors.ts';

export const FILTER_ENGINES = ['auto', 'cpu', 'gpu'] as const;

/** Who filters: `auto` takes a graphics card and never a software GPU, else the CPU. */
export type FilterEngineChoice = (typeof FILTER_ENGINES)[number];

/** Who filters, for as many stacks as there are. */
export interface FilterEngine {
  readonly gpu: OpenedGpu | null;
  /** The device and why it was chosen, for a person. */
  readonly why: string;
  /** Ends the device; nothing may be in flight. */
  close(): void;
}

/**
 * Opens what was asked for.
 * @throws {DeviceError} when `gpu` is asked for and there is no adapter
 */
export async function openFilterEngine(choice: FilterEngineChoice): Promise<FilterEngine> {
  if (choice === 'cpu') return { gpu: null, why: 'CPU: asked for', close() {} };
  try {
    const gpu = await openGpu({ allowFallback: choice === 'gpu' });
    const { device, fallback } = gpu.facts;
    const why = `GPU ${device}${fallback ? ', a software adapter: right, but slow' : ''}`;
    return { gpu, why, close: () => gpu.close() };
  } catch (error) {
    if (choice === 'gpu' || !(error instanceof DeviceError)) throw error;
    return { gpu: null, why: `CPU: ${error.message}`, close() {} };
  }
}
