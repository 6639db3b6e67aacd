import { availableParallelism } from 'node:os';
import type { Plan } from '#stages/plan.ts';
import type { EngineHost } from './engine-host.ts';
import { selfTest, warmUp } from './self-test.ts';
import { startThreadHost } from './thread-host.ts';

export const ENGINE_CHOICES = ['auto', 'gpu', 'reference'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** The engine that will track, and why it was chosen. */
export interface ChosenEngine {
  host: EngineHost;
  why: string;
}

/** Threads of an engine of the CPU: one core stays free for the sockets and the disk. */
function cpuThreads(cores = availableParallelism()): number {
  return Math.max(1, Math.min(8, cores - 1));
}

/**
 * Starts the engine that was asked for. `auto` takes the GPU if a real adapter agrees with the reference on a
 * known example, else the reference; it never takes a software adapter.
 * @param plan what will be tracked with, so that this is what is tested and compiled
 * @throws {DeviceError} when `gpu` is asked for and there is no adapter
 */
export async function chooseEngine(
  choice: EngineChoice,
  plan?: Plan,
  onNotice: (text: string) => void = () => {},
): Promise<ChosenEngine> {
  if (choice === 'reference') return { host: await startReference(onNotice, plan), why: 'asked for' };
  if (choice === 'gpu') {
    const host = await startThreadHost('gpu', { onNotice });
    const why = host.facts.fallback ? 'asked for; a software adapter: right, but slow' : 'asked for';
    return { host, why };
  }
  let gpu: EngineHost;
  try {
    gpu = await startThreadHost('gpu', { onNotice });
  } catch (error) {
    return { host: await startReference(onNotice, plan), why: `no GPU: ${(error as Error).message}` };
  }
  if (gpu.facts.fallback) {
    await gpu.close();
    const why = `'${gpu.facts.device}' is a software adapter`;
    return { host: await startReference(onNotice, plan), why };
  }
  const reference = await startReference(onNotice, plan);
  const difference = await selfTest(gpu, reference, plan).catch((error: Error) => error.message);
  if (difference === null) {
    await reference.close();
    return { host: gpu, why: 'a real adapter that agrees with the reference' };
  }
  await gpu.close();
  return { host: reference, why: `'${gpu.facts.device}' failed its self-test: ${difference}` };
}

async function startReference(onNotice: (text: string) => void, plan?: Plan): Promise<EngineHost> {
  const host = await startThreadHost('reference', { threads: cpuThreads(), onNotice });
  await warmUp(host, plan);
  return host;
}
