import { DeviceError } from '#protocol/errors.ts';

/** Buffers of a device by name, kept between setups: Dawn does not give destroyed ones back to the system. */
export interface GpuBuffers {
  /**
   * A buffer of at least this size; what it holds is what was last written to this name, or 0. One that must grow is
   * a new one: nothing in flight may use the old.
   * @throws {DeviceError} when the device has no buffers that large
   */
  take(name: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer;
  /** Like `take`, filled with `values`. */
  put(name: string, values: Uint32Array | Float32Array, usage: GPUBufferUsageFlags): GPUBuffer;
  /** Gives all of them back, as after one the device had no memory for. */
  clear(): void;
}

/** Bytes of the largest buffer that a kernel can use. */
export function largestBuffer({ limits }: GPUDevice): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}

export function createGpuBuffers(device: GPUDevice): GpuBuffers {
  const buffers = new Map<string, GPUBuffer>();
  const largest = largestBuffer(device);

  function take(name: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const known = buffers.get(name);
    if (known && known.size >= bytes) return known;
    if (bytes > largest) {
      throw new DeviceError({
        where: `GPU buffer '${name}'`,
        expected: `at most ${largest} bytes`,
        received: `${bytes} bytes`,
        remedy: 'choose another engine, or smaller frames or Z-LUTs',
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
    clear() {
      for (const buffer of buffers.values()) buffer.destroy();
      buffers.clear();
    },
  };
}

/**
 * Writes a frame as whole words. Dawn crashes the process when it is given memory that threads share, and takes no
 * part of a word, so such a frame goes through `staging`.
 * @param staging a word's multiple of bytes, at least those of the frame: so many are written
 */
export function writeFrame(
  queue: GPUQueue,
  buffer: GPUBuffer,
  offset: number,
  frame: ArrayBufferLike,
  frameBytes: number,
  staging: Uint8Array<ArrayBuffer>,
): void {
  if (frame instanceof ArrayBuffer && frame.byteLength >= staging.length) {
    queue.writeBuffer(buffer, offset, frame, 0, staging.length);
    return;
  }
  staging.set(new Uint8Array(frame, 0, frameBytes));
  queue.writeBuffer(buffer, offset, staging);
}
