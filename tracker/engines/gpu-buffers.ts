import { DeviceError } from '#protocol/errors.ts';

/** Buffers of a device by name, kept between setups: Dawn does not give destroyed ones back to the system. */
export interface GpuBuffers {
  /**
   * A buffer of at least this size; what it holds is what was last written to this name, or 0.
   * @throws {DeviceError} when the device has no buffers that large
   */
  take(name: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer;
  /** Like `take`, filled with `values`. */
  put(name: string, values: Uint32Array | Float32Array, usage: GPUBufferUsageFlags): GPUBuffer;
}

export function createGpuBuffers(device: GPUDevice): GpuBuffers {
  const buffers = new Map<string, GPUBuffer>();
  const largest = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);

  function take(name: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const known = buffers.get(name);
    if (known && known.size >= bytes) return known;
    if (bytes > largest) {
      throw new DeviceError({
        where: `GPU buffer '${name}'`,
        expected: `at most ${largest} bytes`,
        received: `${bytes} bytes`,
        remedy: 'choose the reference engine, or smaller frames or Z-LUTs',
      });
    }
    known?.destroy();
    const buffer = device.createBuffer({ label: name, size: Math.max(16, Math.ceil(bytes / 4) * 4), usage });
    buffers.set(name, buffer);
    return buffer;
  }

  return {
    take,
    put(name, values, usage) {
      const buffer = take(name, values.byteLength, usage | GPUBufferUsage.COPY_DST);
      device.queue.writeBuffer(buffer, 0, values.buffer, values.byteOffset, values.byteLength);
      return buffer;
    },
  };
}

/** Writes the first `bytes` of a frame; WebGPU takes whole words only, so the last may need a copy. */
export function writeFrame(
  queue: GPUQueue,
  buffer: GPUBuffer,
  offset: number,
  frame: ArrayBuffer,
  bytes: number,
): void {
  const whole = bytes - (bytes % 4);
  queue.writeBuffer(buffer, offset, frame, 0, whole);
  if (whole === bytes) return;
  const last = new Uint8Array(4);
  last.set(new Uint8Array(frame, whole, bytes - whole));
  queue.writeBuffer(buffer, offset + whole, last);
}
