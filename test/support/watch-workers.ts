import type { Worker } from 'node:worker_threads';

/** The worker threads this thread starts, from now on until `stop`. */
export function watchWorkers(): { started: Worker[]; stop(): void } {
  const started: Worker[] = [];
  const note = (worker: Worker) => started.push(worker);
  process.on('worker', note);
  return { started, stop: () => process.off('worker', note) };
}
