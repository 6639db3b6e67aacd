import { availableParallelism } from 'node:os';
import type { Plan } from '#stages/plan.ts';
import { type EngineThread, startEngineThread } from './engine-thread.ts';
import { selfTest, warmUp } from './self-test.ts';

export const ENGINE_CHOICES = ['auto', 'gpu', 'reference'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** The threads that will track, and why they were chosen. */
export interface ChosenEngine {
  threads: EngineThread[];
  /** Batches a thread may hold. */
  batchesPerThread: number;
  why: string;
}

/** Threads of the reference engine: one core stays free for the sockets and the disk. */
function referenceThreads(cores = availableParallelism()): number {
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
  if (choice === 'reference') return startReference('asked for', plan);
  if (choice === 'gpu') {
    const gpu = await startEngineThread('gpu', onNotice);
    const why = gpu.facts.fallback ? 'asked for; a software adapter: right, but slow' : 'asked for';
    return { threads: [gpu], batchesPerThread: 2, why };
  }
  let gpu: EngineThread;
  try {
    gpu = await startEngineThread('gpu', onNotice);
  } catch (error) {
    return startReference(`no GPU: ${(error as Error).message}`, plan);
  }
  if (gpu.facts.fallback) {
    await gpu.close();
    return startReference(`'${gpu.facts.device}' is a software adapter`, plan);
  }
  const reference = await startReference('', plan);
  const difference = await selfTest(gpu, reference.threads[0]!, plan).catch((error: Error) => error.message);
  if (difference === null) {
    await Promise.all(reference.threads.map((thread) => thread.close()));
    return { threads: [gpu], batchesPerThread: 2, why: 'a real adapter that agrees with the reference' };
  }
  await gpu.close();
  return { ...reference, why: `'${gpu.facts.device}' failed its self-test: ${difference}` };
}

async function startReference(why: string, plan?: Plan): Promise<ChosenEngine> {
  const threads = await Promise.all(
    Array.from({ length: referenceThreads() }, () => startEngineThread('reference')),
  );
  await Promise.all(threads.map((thread) => warmUp(thread, plan)));
  return { threads, batchesPerThread: 1, why };
}
