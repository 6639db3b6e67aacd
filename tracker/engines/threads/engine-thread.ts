import { Worker } from 'node:worker_threads';
import { DeviceError, type ErrorCode, TweezertrackError } from '#protocol/errors.ts';
import type { DeviceTime, EngineFacts, EngineSetup } from '../engine.ts';
import type { SharedStretch } from '../shared-rings.ts';
import type {
  EngineKind,
  EngineReply,
  EngineRequest,
  EngineTask,
  EngineWorkerStart,
} from './engine-messages.ts';

export interface EngineThreadOptions {
  /** Told what a person should know, e.g. that a device was lost and opened again. */
  onNotice(text: string): void;
  /** A thread that died was replaced. */
  onReplaced(): void;
}

/** A task asked for and not done. */
interface Job {
  task: EngineTask;
  /** Memory the task names. */
  stretches: readonly SharedStretch[];
  /** Times the thread died of it, or while it was under way. */
  failures: number;
  resolve(): void;
  reject(error: Error): void;
}

/** Job number of the setup that a new thread is given first; nobody waits for it. */
const RESTORE = -1;

/**
 * An engine in its own thread, so that tracking never delays a socket.
 *
 * Tasks are done in the order asked. A thread that dies is replaced: the new one gets the setup of the old one and
 * every task that was not done, since their frames are in shared memory. A task that two threads died of is given up.
 */
export class EngineThread {
  readonly #kind: EngineKind;
  readonly #options: EngineThreadOptions;
  /** In the order asked. */
  readonly #jobs = new Map<number, Job>();
  readonly #known = new Set<number>();
  #nextJob = 0;
  #worker: Worker | null = null;
  #facts: EngineFacts | null = null;
  /** After every job that is done. */
  #setup: EngineSetup | null = null;
  #closing: Promise<void> | null = null;
  #onOpened: { resolve(): void; reject(error: Error): void } | null = null;

  /** Tracks the engine may have under way at a time. */
  tracksAtOnce = 1;
  deviceTime: DeviceTime | null = null;

  /** @throws {DeviceError} when there is no such engine on this machine */
  static async start(kind: EngineKind, options: EngineThreadOptions): Promise<EngineThread> {
    const thread = new EngineThread(kind, options);
    await new Promise<void>((resolve, reject) => {
      thread.#onOpened = { resolve, reject };
      thread.#spawn();
    });
    return thread;
  }

  private constructor(kind: EngineKind, options: EngineThreadOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  get facts(): EngineFacts {
    return this.#facts!;
  }

  /** Tasks asked for and not done. */
  get load(): number {
    return this.#jobs.size;
  }

  /** @throws {TweezertrackError} why the task failed; a `DeviceError` when it failed on two threads */
  do(task: EngineTask, stretches: readonly SharedStretch[] = []): Promise<void> {
    if (this.#closing) return Promise.reject(closedError(this.#kind));
    return new Promise((resolve, reject) => {
      const job = this.#nextJob++;
      const entry = { task, stretches, failures: 0, resolve, reject };
      this.#jobs.set(job, entry);
      if (this.#worker) this.#post(job, entry);
      else this.#spawn();
    });
  }

  /** The memory will not be named again. */
  forget(memory: number): void {
    if (this.#known.delete(memory)) this.#send({ type: 'forget', memory });
  }

  /** Ends the thread once its tasks are done. */
  close(): Promise<void> {
    this.#closing ??= this.#worker ? this.do({ type: 'close' }) : Promise.resolve();
    return this.#closing;
  }

  #spawn(): void {
    const entry = new URL('./engine-worker.ts', import.meta.url).href;
    const start: EngineWorkerStart = { entry, kind: this.#kind };
    const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), { workerData: start });
    let cause: unknown = null;
    this.#worker = worker;
    this.#known.clear();
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', (code) => {
      if (worker === this.#worker) this.#ended(cause ?? `exit with code ${code}`);
    });
    worker.on('message', (reply: EngineReply) => {
      if (reply.type === 'ready') {
        this.#facts = reply.facts;
        this.tracksAtOnce = reply.tracksAtOnce;
        this.#onOpened?.resolve();
      } else if (reply.type === 'not-opened') this.#giveUp(restoreError(reply));
      else if (reply.type === 'notice') this.#options.onNotice(reply.text);
      else this.#settle(reply);
    });
    if (this.#setup) {
      this.#send({ type: 'task', job: RESTORE, task: { type: 'configure', setup: this.#setup } });
    }
    for (const [job, entry] of this.#jobs) this.#post(job, entry);
  }

  #send(request: EngineRequest): void {
    this.#worker?.postMessage(request);
  }

  #post(job: number, { task, stretches }: Job): void {
    for (const { memory, buffer } of stretches) {
      if (this.#known.has(memory)) continue;
      this.#known.add(memory);
      this.#send({ type: 'share', memory, buffer });
    }
    this.#send({ type: 'task', job, task });
  }

  #settle(reply: EngineReply & { type: 'done' | 'failed' }): void {
    const entry = this.#jobs.get(reply.job);
    if (!entry) return;
    this.#jobs.delete(reply.job);
    if (reply.type === 'failed') {
      entry.reject(restoreError(reply));
      return;
    }
    const { task } = entry;
    if (task.type === 'configure') this.#setup = task.setup;
    if (task.type === 'move-rois' && this.#setup) this.#setup = { ...this.#setup, rois: [...task.rois] };
    if (task.type === 'close') this.#worker = null;
    this.deviceTime = reply.deviceTime ?? this.deviceTime;
    entry.resolve();
  }

  /** Replaces a thread that died, unless none was ever open or nothing is left to do. */
  #ended(cause: unknown): void {
    const error = deathOf(this.#kind, cause);
    this.#worker = null;
    if (!this.#facts) {
      this.#giveUp(error);
      return;
    }
    for (const [job, entry] of this.#underWay()) {
      if (++entry.failures < 2 && entry.task.type !== 'close') continue;
      this.#jobs.delete(job);
      if (entry.task.type === 'close') entry.resolve();
      else entry.reject(error);
    }
    const again = [...this.#jobs.values()].filter(({ task }) => task.type === 'track').length;
    this.#options.onNotice(`${error.message}; replaced, ${again} batches tracked again`);
    this.#options.onReplaced();
    if (this.#jobs.size > 0) this.#spawn();
  }

  /** The jobs the thread may have begun: as many batches as it takes at a time, or one other task. */
  #underWay(): [number, Job][] {
    const jobs = [...this.#jobs];
    const others = jobs.findIndex(([, { task }]) => task.type !== 'track');
    if (others === 0) return jobs.slice(0, 1);
    return jobs.slice(0, Math.min(others < 0 ? jobs.length : others, this.tracksAtOnce));
  }

  /** There is no engine: says so to everybody who waits. The next task tries again. */
  #giveUp(error: TweezertrackError): void {
    this.#worker = null;
    this.#onOpened?.reject(error);
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
  }
}

function deathOf(kind: EngineKind, cause: unknown): DeviceError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new DeviceError({ where: `${kind} engine`, expected: 'a running thread', received }, cause);
}

/** Why a host that was closed does no more. */
export function closedError(kind: EngineKind): DeviceError {
  return new DeviceError({ where: `${kind} engine`, expected: 'an open engine', received: 'a closed one' });
}

/** The error of a worker, with its code and text, since classes do not survive the way between threads. */
function restoreError({ code, message }: { code: string; message: string }): TweezertrackError {
  const complaint = { where: '', expected: '', received: '' };
  const error =
    code === 'E_DEVICE' ? new DeviceError(complaint) : new TweezertrackError(code as ErrorCode, complaint);
  error.message = message;
  return error;
}
