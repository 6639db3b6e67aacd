import { DeviceError } from '#protocol/errors.ts';
import { popError } from './device.ts';

/** Compiled kernels of a device, kept between setups, and the one way buffers are bound to all of them. */
export interface GpuPipelines {
  /** @throws {DeviceError} when the device refuses the kernel */
  of(code: string): Promise<GPUComputePipeline>;
  /** @param buffers in the order of the bindings of roi.wgsl */
  bind(buffers: readonly GPUBuffer[]): GPUBindGroup;
}

/** Types of the bindings of roi.wgsl. */
const BINDINGS: readonly GPUBufferBindingType[] = [
  'read-only-storage',
  'read-only-storage',
  'read-only-storage',
  'storage',
  'uniform',
];

export function createGpuPipelines(device: GPUDevice, deviceName: string): GpuPipelines {
  const pipelines = new Map<string, GPUComputePipeline>();
  // Given, since a layout made from the kernel would leave out bindings that it does not use.
  const bindGroupLayout = device.createBindGroupLayout({
    entries: BINDINGS.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] });

  return {
    async of(code) {
      const known = pipelines.get(code);
      if (known) return known;
      device.pushErrorScope('validation');
      const module = device.createShaderModule({ label: 'track', code });
      // While the pipeline of createComputePipelineAsync is made, Dawn keeps another core busy with waiting for it.
      const pipeline = device.createComputePipeline({ label: 'track', layout, compute: { module } });
      const error = await popError(device);
      if (error) {
        const where = `kernel on ${deviceName}`;
        throw new DeviceError({ where, expected: 'a pipeline', received: error.message }, error);
      }
      pipelines.set(code, pipeline);
      return pipeline;
    },
    bind: (buffers) =>
      device.createBindGroup({
        layout: bindGroupLayout,
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
  };
}
