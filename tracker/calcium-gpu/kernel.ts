import { readFileSync } from 'node:fs';
import { popError } from '#engines/gpu/device.ts';
import { DeviceError } from '#protocol/errors.ts';

/** Invocations of a workgroup: whole waves of every GPU, and the work of a stack is many times more. */
const LANES = 64;
/** Workgroups along one direction that every GPU takes. */
const MOST_GROUPS = 65_535;

/** A compiled kernel whose bindings are numbered from 0 in group 0. */
export interface Kernel {
  /** Adds a run over so many items to the commands. */
  encode(encoder: GPUCommandEncoder, buffers: readonly GPUBuffer[], items: number): void;
}

/** The WGSL of this name in this folder. */
export function readKernelText(name: string): string {
  return readFileSync(new URL(`./${name}.wgsl`, import.meta.url), 'utf8');
}

/**
 * Compiles WGSL with the one entry point it has; `lanes` is declared to it.
 * @throws {DeviceError} when the device refuses it
 */
export async function compileKernel(device: GPUDevice, label: string, code: string): Promise<Kernel> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code: `const lanes = ${LANES}u;\n${code}` });
  const pipeline = device.createComputePipeline({ label, layout: 'auto', compute: { module } });
  const error = await popError(device);
  if (error) {
    throw new DeviceError(
      { where: `kernel ${label}`, expected: 'a pipeline', received: error.message },
      error,
    );
  }
  const layout = pipeline.getBindGroupLayout(0);
  return {
    encode(encoder, buffers, items) {
      const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
      const groups = Math.ceil(items / LANES);
      const across = Math.min(groups, MOST_GROUPS);
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
      pass.dispatchWorkgroups(across, Math.ceil(groups / across));
      pass.end();
    },
  };
}
