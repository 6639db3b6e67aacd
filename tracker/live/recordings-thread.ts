import { Worker } from 'node:worker_threads';
import { LimitError, RecordingError } from '#protocol/errors.ts';
import type { RecordingJob, RecordingReply, RecordingResults, RecordingTask } from './recordings-jobs.ts';

type TaskType = RecordingTask['type'];

interface Waiting {
  resolve(result: RecordingResults[TaskType]): void;
  reject(cause: Error): void;
}

/** Jobs that wait at most: each viewer has one or two. */
const MOST_JOBS = 64;

/**
 * Reads recordings in a thread of its own, so that windows of a hundred MB and long CSVs do not hold up frames. It
 * starts with the first job and stays, as it remembers where the rows lie.
 */
export class RecordingsThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextJob = 0;
  #nextStream = 0;

  /**
   * @throws {RecordingError} when the recording cannot be read
   * @throws {LimitError} when too many jobs wait
   */
  ask<Type extends TaskType>(task: RecordingTask & { type: Type }): Promise<RecordingResults[Type]> {
    if (this.#waiting.size >= MOST_JOBS) {
      const [expected, received] = [`at most ${MOST_JOBS} readers at a time`, 'one more'];
      throw new LimitError({ where: 'recordings', expected, received, remedy: 'ask again in a second' });
    }
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const job = this.#nextJob++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(job, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage({ job, task } satisfies RecordingJob);
    });
  }

  /** The CSV of a `tracks.arrows`, of which nothing is read before it is asked for. */
  async *csv(path: string): AsyncGenerator<string> {
    const stream = this.#nextStream++;
    try {
      for (;;) {
        const part = await this.ask({ type: 'csv-part', path, stream });
        if (part === null) return;
        yield part;
      }
    } finally {
      if (this.#worker) await this.ask({ type: 'csv-end', stream });
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const entry = new URL('./recordings-worker.ts', import.meta.url).href;
    const boot = new URL('../engines/threads/worker-boot.mjs', import.meta.url);
    const worker = new Worker(boot, { workerData: { entry } });
    // A reader does not keep a program alive that is done.
    worker.unref();
    worker.on('message', (reply: RecordingReply) => this.#settle(reply));
    worker.on('error', (cause) => this.#lose(worker, cause as Error));
    worker.on('exit', (code) => this.#lose(worker, new Error(`the reader of recordings ended with ${code}`)));
    return worker;
  }

  #settle(reply: RecordingReply): void {
    const waiting = this.#waiting.get(reply.job);
    this.#waiting.delete(reply.job);
    if ('result' in reply) waiting?.resolve(reply.result);
    else if ('refused' in reply) waiting?.reject(restore(reply.refused));
    else waiting?.reject(new Error(reply.failed));
  }

  #lose(worker: Worker, cause: Error): void {
    if (this.#worker === worker) this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }
}

function restore(message: string): RecordingError {
  const error = new RecordingError({ where: '', expected: '', received: '' });
  error.message = message;
  return error;
}
