import { Worker } from 'node:worker_threads';
import { LimitError, type TweezertrackError } from '#protocol/errors.ts';

/** A question to a thread, and its answer. */
export interface Job<Task> {
  job: number;
  task: Task;
}

export type JobReply =
  | { job: number; result: unknown }
  /** What a person can do something about. */
  | { job: number; refused: string }
  | { job: number; failed: string };

interface JobThreadOptions {
  /** Module of the thread, which calls `answerJobs`. */
  entry: URL;
  /** What it reads, for messages. */
  where: string;
  /** Jobs that wait at most. */
  mostJobs: number;
  /** An empty error of the kind that its refusals are. */
  refusal(): TweezertrackError;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(cause: Error): void;
}

/**
 * Does what takes long in a thread of its own, so that it does not hold up frames. The thread starts with the first
 * job and stays, for what it remembers.
 */
export class JobThread<Task extends { type: string }, Results extends Record<Task['type'], unknown>> {
  readonly #options: JobThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextJob = 0;

  constructor(options: JobThreadOptions) {
    this.#options = options;
  }

  /** Whether there is a thread that remembers anything. */
  get isRunning(): boolean {
    return this.#worker !== null;
  }

  /**
   * @throws {TweezertrackError} of the thread's kind, when it refuses
   * @throws {LimitError} when too many jobs wait
   */
  ask<Type extends Task['type']>(task: Task & { type: Type }): Promise<Results[Type]> {
    const { where, mostJobs } = this.#options;
    if (this.#waiting.size >= mostJobs) {
      const [expected, received] = [`at most ${mostJobs} readers at a time`, 'one more'];
      throw new LimitError({ where, expected, received, remedy: 'ask again in a second' });
    }
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const job = this.#nextJob++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(job, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage({ job, task } satisfies Job<Task>);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const { entry, where } = this.#options;
    const boot = new URL('../engines/threads/worker-boot.mjs', import.meta.url);
    const worker = new Worker(boot, { workerData: { entry: entry.href } });
    // A reader does not keep a program alive that is done.
    worker.unref();
    worker.on('message', (reply: JobReply) => this.#settle(reply));
    worker.on('error', (cause) => this.#lose(worker, cause as Error));
    worker.on('exit', (code) => this.#lose(worker, new Error(`the reader of ${where} ended with ${code}`)));
    return worker;
  }

  #settle(reply: JobReply): void {
    const waiting = this.#waiting.get(reply.job);
    this.#waiting.delete(reply.job);
    if ('result' in reply) waiting?.resolve(reply.result);
    else if ('refused' in reply) waiting?.reject(this.#restore(reply.refused));
    else waiting?.reject(new Error(reply.failed));
  }

  #restore(message: string): TweezertrackError {
    const error = this.#options.refusal();
    error.message = message;
    return error;
  }

  /** A thread is gone, whether it broke or was closed: what it was asked is not answered any more. */
  #lose(worker: Worker, cause: Error): void {
    if (this.#worker !== worker && this.#worker !== null) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }
}
