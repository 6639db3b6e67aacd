import { gpuTestEnv } from './gpu-adapter.ts';

/** Runs once, before vitest starts the processes that run the tests: they inherit this environment. */
export default function setup(): void {
  Object.assign(process.env, gpuTestEnv());
}
