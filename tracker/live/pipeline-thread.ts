import { Worker } from 'node:worker_threads';
import type { TrialFrames, TrialOptions, tryPlans } from '#pipeline/try-plans.ts';
import { LimitError } from '#protocol/errors.ts';

/** What a thread begins with. */
export interface TrialWorkerStart {
  /** Module that the boot loads. */
  entry: string;
  frames: TrialFrames;
  options: TrialOptions;
}

export type Trial = Awaited<ReturnType<typeof tryPlans>>;

/**
 * Tries two plans in a thread of its own, at low priority, so that frames are not held up; it ends with its answer.
 * @param mostMs after which it is ended without one
 * @throws {LimitError} when the plans take longer
 */
export function tryInThread(frames: TrialFrames, options: TrialOptions, mostMs: number): Promise<Trial> {
  const entry = new URL('./pipeline-worker.ts', import.meta.url).href;
  const workerData: TrialWorkerStart = { entry, frames, options };
  const worker = new Worker(new URL('../engines/threads/worker-boot.mjs', import.meta.url), {
    workerData,
    transferList: [...frames.pixels],
  });
  // A trial does not keep a program alive that is done.
  worker.unref();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const [expected, received] = [`an answer within ${mostMs} ms`, 'none'];
      const remedy = 'try a plan that is faster, or fewer beads';
      reject(new LimitError({ where: 'try-plan', expected, received, remedy }));
      void worker.terminate();
    }, mostMs);
    timer.unref();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the trial of a plan ended with code ${code}`));
    });
  });
}
