import { Worker } from 'node:worker_threads';
import { LimitError, ZLutError } from '#protocol/errors.ts';
import type { ZLutJob, ZLutReply, ZLutResults, ZLutTask } from './z-lut-jobs.ts';

type TaskType = ZLutTask['type'];

interface Waiting {
  resolve(result: ZLutResults[TaskType]): void;
  reject(cause: Error): void;
}

/** Jobs that wait at most: a list asks for one a file, and does so in turn. */
const MOST_JOBS = 32;

/** Reads, checks and compares Z-LUTs in a thread of its own, so that seconds of it do not hold up frames. */
export class ZLutThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextJob = 0;

  /**
   * @throws {ZLutError} when a Z-LUT cannot be read, or two cannot be compared
   * @throws {LimitError} when too many jobs wait
   */
  ask<Type extends TaskType>(task: ZLutTask & { type: Type }): Promise<ZLutResults[Type]> {
    if (this.#waiting.size >= MOST_JOBS) {
      const [expected, received] = [`at most ${MOST_JOBS} readers at a time`, 'one more'];
      throw new LimitError({ where: 'Z-LUTs', expected, received, remedy: 'ask again in a second' });
    }
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const job = this.#nextJob++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(job, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage({ job, task } satisfies ZLutJob);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const entry = new URL('./z-lut-worker.ts', import.meta.url).href;
    const boot = new URL('../engines/threads/worker-boot.mjs', import.meta.url);
    const worker = new Worker(boot, { workerData: { entry } });
    // A reader does not keep a program alive that is done.
    worker.unref();
    worker.on('message', (reply: ZLutReply) => this.#settle(reply));
    worker.on('error', (cause) => this.#lose(worker, cause as Error));
    worker.on('exit', (code) => this.#lose(worker, new Error(`the reader of Z-LUTs ended with ${code}`)));
    return worker;
  }

  #settle(reply: ZLutReply): void {
    const waiting = this.#waiting.get(reply.job);
    this.#waiting.delete(reply.job);
    if ('result' in reply) waiting?.resolve(reply.result);
    else if ('refused' in reply) waiting?.reject(restore(reply.refused));
    else waiting?.reject(new Error(reply.failed));
  }

  #lose(worker: Worker, cause: Error): void {
    if (this.#worker !== worker && this.#worker !== null) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }
}

function restore(message: string): ZLutError {
  const error = new ZLutError({ where: '', expected: '', received: '' });
  error.message = message;
  return error;
}
