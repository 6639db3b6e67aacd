import type { Worker } from 'node:worker_threads';

/** The worker threads this thread starts, from now on until `stop`. */
export interface WatchedWorkers {
  started: Worker[];
  /** Those that have said something and have not ended, oldest first. */
  running(): Worker[];
  stop(): void;
}

export function watchWorkers(): WatchedWorkers {
  const started: Worker[] = [];
  const heard = new Set<Worker>();
  const note = (worker: Worker) => {
    started.push(worker);
    worker.once('message', () => heard.add(worker));
  };
  process.on('worker', note);
  return {
    started,
    running: () => started.filter((worker) => heard.has(worker) && worker.threadId > 0),
    stop: () => process.off('worker', note),
  };
}
