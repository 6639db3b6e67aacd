import { Worker } from 'node:worker_threads';
import { nowNs } from '#protocol/clock.ts';
import type { FrameToMeasure } from './calcium-host.ts';
import type { CalciumReply, CalciumRequest, CalciumWorkerStart } from './calcium-messages.ts';

export interface CalciumThreadOptions {
  /** Memories the thread knows at a time at most; the one unused for longest is forgotten first. */
  mostMemories: number;
  onReply(reply: CalciumReply): void;
  /** The thread is gone and reads nothing any more; null when it ended as it was asked to. */
  onEnd(cause: unknown): void;
}

/** One worker thread and what it was shown. */
export class CalciumThread {
  readonly #worker: Worker;
  readonly #mostMemories: number;
  /** Numbers of the memories it knows, the one unused for longest first. */
  readonly #known = new Map<SharedArrayBuffer, number>();
  #nextMemory = 0;

  constructor({ mostMemories, onReply, onEnd }: CalciumThreadOptions) {
    const workerData: CalciumWorkerStart = {
      entry: new URL('./calcium-worker.ts', import.meta.url).href,
      originNs: nowNs() - process.hrtime.bigint(),
    };
    this.#mostMemories = mostMemories;
    this.#worker = new Worker(new URL('../engines/threads/worker-boot.mjs', import.meta.url), { workerData });
    let cause: unknown = null;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#worker.on('exit', (code) => onEnd(cause ?? (code === 0 ? null : `exit with code ${code}`)));
    this.#worker.on('message', onReply);
  }

  send(request: CalciumRequest): void {
    this.#worker.postMessage(request);
  }

  /** A frame to be read where it lies. */
  measure({ id, timeNs, room: { pixels } }: FrameToMeasure): void {
    const { buffer, byteOffset } = pixels;
    this.send({ type: 'frame', id, timeNs, memory: this.#share(buffer), byteOffset });
  }

  /** Frames are of another size: their memories are not those it knows. */
  forgetMemories(): void {
    for (const memory of this.#known.values()) this.send({ type: 'forget', memory });
    this.#known.clear();
  }

  #share(buffer: SharedArrayBuffer): number {
    let memory = this.#known.get(buffer);
    if (memory === undefined) {
      memory = this.#nextMemory++;
      this.send({ type: 'share', memory, buffer });
    } else this.#known.delete(buffer);
    this.#known.set(buffer, memory);
    if (this.#known.size > this.#mostMemories) {
      const [oldest, unused] = this.#known.entries().next().value!;
      this.#known.delete(oldest);
      this.send({ type: 'forget', memory: unused });
    }
    return memory;
  }
}
