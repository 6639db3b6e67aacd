import { Worker } from 'node:worker_threads';
import { DeviceError } from '#protocol/errors.ts';
import { closedError } from '../threads/engine-thread.ts';
import type { WasmArena } from './arena.ts';
import { createSlots, type PoolBatch } from './pool-slots.ts';
import { POOL_BYTES, POOL_WORDS } from './pool-words.ts';
import type { WasmWorkerStart } from './wasm-worker.ts';

export interface WasmPoolOptions {
  threads: number;
  onNotice(text: string): void;
}

/** Times a thread is opened in the place of another before the rest must do. */
const ATTEMPTS = 3;

/** Threads that track batches which lie in shared memory, a chunk at a time, and sleep while there is none. */
export class WasmPool {
  readonly #arena: WasmArena;
  readonly #options: WasmPoolOptions;
  readonly #control: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #slots;
  readonly #waiting: PoolBatch[] = [];
  readonly #workers = new Map<number, Worker>();
  #whenIdle: (() => void)[] = [];
  #isListening = false;
  #closing: Promise<void> | null = null;
  /** No batch is left: a thread that ends now has not died. */
  #isEnding = false;
  #restarts = 0;

  static async start(arena: WasmArena, options: WasmPoolOptions): Promise<WasmPool> {
    const pool = new WasmPool(arena, options);
    try {
      await pool.#openMissing();
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(arena: WasmArena, options: WasmPoolOptions) {
    this.#arena = arena;
    this.#options = options;
    this.#control = arena.take(POOL_BYTES);
    const buffer = arena.memory.buffer as unknown as SharedArrayBuffer;
    this.#words = new Int32Array(buffer, this.#control, POOL_BYTES / 4);
    this.#slots = createSlots(this.#words, options.threads);
  }

  /** Threads that died and were replaced. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Takes a batch; it goes to the threads after those before it. */
  track(batch: PoolBatch): void {
    if (this.#closing) {
      batch.reject(closedError('wasm'));
      return;
    }
    this.#waiting.push(batch);
    if (this.#workers.size > 0) this.#publish();
    else this.#reopen();
  }

  /** Ends the threads once no batch is left. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#idle();
    this.#isEnding = true;
    Atomics.store(this.#words, POOL_WORDS.closing, 1);
    const ended = [...this.#workers.values()].map(
      (worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())),
    );
    this.#wakeThreads();
    await Promise.all(ended);
    // Whatever still waits on it, waits for nothing.
    Atomics.add(this.#words, POOL_WORDS.doneEpoch, 1);
    Atomics.notify(this.#words, POOL_WORDS.doneEpoch);
  }

  #idle(): Promise<void> {
    if (this.#slots.busy + this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #publish(): void {
    let chunks = 0;
    while (this.#waiting.length > 0 && this.#slots.hasRoom()) {
      chunks += this.#slots.publish(this.#waiting.shift()!);
    }
    // A thread that finds nothing to do has cost the others a wake-up.
    if (chunks > 0) this.#wakeThreads(Math.min(chunks, this.#options.threads));
    if (!this.#isListening) void this.#listen();
  }

  #wakeThreads(threads = this.#options.threads): void {
    Atomics.add(this.#words, POOL_WORDS.workEpoch, 1);
    Atomics.notify(this.#words, POOL_WORDS.workEpoch, threads);
  }

  /** Hands on batches that are done, and those that wait to the threads, until there are none. */
  async #listen(): Promise<void> {
    this.#isListening = true;
    while (this.#slots.busy > 0) {
      const epoch = Atomics.load(this.#words, POOL_WORDS.doneEpoch);
      if (this.#collect()) continue;
      const waiting = Atomics.waitAsync(this.#words, POOL_WORDS.doneEpoch, epoch);
      if (waiting.async) await waiting.value;
    }
    this.#isListening = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #collect(): boolean {
    const collected = this.#slots.collect();
    if (collected) this.#publish();
    return collected;
  }

  async #openMissing(): Promise<void> {
    const missing: Promise<void>[] = [];
    for (let thread = 0; thread < this.#options.threads; thread++) {
      if (!this.#workers.has(thread)) missing.push(this.#open(thread));
    }
    await Promise.all(missing);
  }

  /** After every thread is gone. */
  #reopen(): void {
    this.#openMissing().then(
      () => this.#publish(),
      (error: Error) => (this.#workers.size > 0 ? this.#publish() : this.#giveUp(error)),
    );
  }

  /** Resolves when the thread runs. */
  #open(thread: number): Promise<void> {
    const workerData: WasmWorkerStart = {
      entry: new URL('./wasm-worker.ts', import.meta.url).href,
      memory: this.#arena.memory,
      control: this.#control,
      thread,
    };
    const worker = new Worker(new URL('../threads/worker-boot.mjs', import.meta.url), { workerData });
    this.#workers.set(thread, worker);
    return new Promise((resolve, reject) => {
      let cause: unknown = null;
      let isOpen = false;
      worker.on('message', () => {
        isOpen = true;
        resolve();
      });
      worker.on('error', (error) => {
        cause = error;
      });
      worker.on('exit', (code) => {
        this.#workers.delete(thread);
        if (this.#isEnding) return;
        const error = deathOf(cause ?? `exit with code ${code}`);
        // Even of one that was never heard of: it may have begun before it died.
        const again = this.#slots.release(thread, error);
        this.#collect();
        this.#wakeThreads();
        if (!isOpen) {
          reject(error);
          return;
        }
        this.#restarts++;
        this.#options.onNotice(`${error.message}; replaced, ${again} chunks tracked again`);
        void this.#openAgain(thread);
      });
    });
  }

  /** Puts a new thread in the place of one that died. */
  async #openAgain(thread: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#open(thread);
        return;
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        const { size } = this.#workers;
        this.#options.onNotice(`${(error as Error).message}; cannot be replaced, ${size} threads are left`);
        if (size === 0) this.#giveUp(error as Error);
        return;
      }
    }
  }

  /** There is no thread and none can be started: says so to everybody who waits. The next batch tries again. */
  #giveUp(error: Error): void {
    this.#slots.giveUp(error);
    for (const batch of this.#waiting.splice(0)) batch.reject(error);
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

function deathOf(cause: unknown): DeviceError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new DeviceError({ where: 'wasm engine', expected: 'a running thread', received }, cause);
}
