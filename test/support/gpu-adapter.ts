import { swiftShaderEnv, swiftShaderSkipReason } from './swiftshader.ts';

/** Whether tests were asked to run on the machine's own GPU rather than on SwiftShader. */
const onRealGpu = process.env.TWEEZERTRACK_TEST_GPU === 'real';

/**
 * Why tests that need a GPU cannot run here; null where they can.
 * With `TWEEZERTRACK_TEST_GPU=real` they always run, and fail without a GPU.
 */
export function gpuSkipReason(): string | null {
  return onRealGpu ? null : swiftShaderSkipReason();
}

/** What to add to the environment of a process that is to find the GPU of the tests. */
export function gpuTestEnv(): Record<string, string> {
  return onRealGpu ? {} : swiftShaderEnv();
}
