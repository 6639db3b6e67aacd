import { tmpdir } from 'node:os';
import { DeviceError } from '#protocol/errors.ts';
import type { EngineFacts } from '../engine.ts';

export interface GpuChoice {
  /** Whether a software adapter will do: right, but slow. */
  allowFallback?: boolean;
}

/** A GPU of this machine, ready to compute. */
export interface OpenedGpu {
  device: GPUDevice;
  facts: EngineFacts;
  /**
   * What the device has complained of since it was opened; it says so whenever it likes, not when it is called.
   * @throws {DeviceError} the first complaint, and again at every later call
   */
  assertHealthy(): void;
  /** Ends the device; nothing may be in flight. */
  close(): void;
}

/** What is used where an adapter offers it. */
const WANTED_FEATURES: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query'];

// Dawn crashes the process at random when the object that `create` returns has been garbage-collected.
const held = globalThis as typeof globalThis & { tweezertrackGpu?: GPU };

async function loadDawn(): Promise<GPU> {
  if (held.tweezertrackGpu) return held.tweezertrackGpu;
  // Without one the Vulkan loader complains on stderr for every instance.
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // Clocks are read to 0.07 ms otherwise, which is as long as a batch takes.
  held.tweezertrackGpu = create(['disable-dawn-features=timestamp_quantization']);
  return held.tweezertrackGpu;
}

/**
 * Opens the fastest GPU that Dawn finds, with the largest buffers it can give.
 * @throws {DeviceError} when there is none, or only a software adapter and that is not allowed
 */
export async function openGpu({ allowFallback = true }: GpuChoice = {}): Promise<OpenedGpu> {
  const adapter = await findAdapter();
  const { info, limits } = adapter;
  const name = info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ');
  if (info.isFallbackAdapter && !allowFallback) {
    throw new DeviceError({
      where: 'GPU',
      expected: 'an adapter of a graphics card',
      received: `the software adapter '${name}'`,
      remedy: 'install the driver of the graphics card or choose another engine',
    });
  }
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      label: 'tweezertrack',
      requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.features.has(feature)),
      // The defaults are the least any adapter has, 256 MB a buffer among them.
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      },
    });
  } catch (cause) {
    throw new DeviceError({ where: name, expected: 'a device', received: String(cause) }, cause);
  }
  return watch(device, { engine: 'gpu', device: name, fallback: info.isFallbackAdapter });
}

/** Error of the innermost scope; null, too, when the device is lost, which `assertHealthy` tells. */
export function popError(device: GPUDevice): Promise<GPUError | null> {
  return device.popErrorScope().catch(() => null);
}

/**
 * The fastest adapter that Dawn finds.
 * @throws {DeviceError} when there is none
 */
export async function findAdapter(): Promise<GPUAdapter> {
  let adapter: GPUAdapter | null;
  try {
    adapter = await (await loadDawn()).requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    throw noAdapter(`Dawn failing: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (!adapter) throw noAdapter('none');
  return adapter;
}

function noAdapter(received: string, cause?: unknown): DeviceError {
  const drivers: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'install the Vulkan driver of the graphics card and libvulkan1',
    darwin: 'Metal needs macOS 11 or later',
    win32: 'install the driver of the graphics card (Direct3D 12)',
  };
  const remedy = `${drivers[process.platform] ?? 'use Linux, macOS or Windows'}, or choose another engine`;
  return new DeviceError({ where: 'GPU', expected: 'a WebGPU adapter', received, remedy }, cause);
}

function watch(device: GPUDevice, facts: EngineFacts): OpenedGpu {
  let complaint: DeviceError | null = null;
  let closed = false;
  function complain(received: string): void {
    complaint ??= new DeviceError({
      where: facts.device,
      expected: 'a working device',
      received,
      remedy: 'start again; if it comes back, choose another engine',
    });
  }
  device.addEventListener('uncapturederror', ({ error }) => complain(error.message));
  device.lost.then(({ reason, message }) => {
    if (!closed) complain(`loss of the device (${reason}): ${message}`);
  });
  return {
    device,
    facts,
    assertHealthy() {
      if (complaint) throw complaint;
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
}
