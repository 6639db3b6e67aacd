import { Worker } from 'node:worker_threads';
import type { FrameRoom } from '#engines/engine-host.ts';
import type { Roi } from '#protocol/roi.ts';
import type { MovieReply, MovieRequest, MovieWorkerStart } from './movie-messages.ts';

/** A frame whose room is held for the thread, until it is settled. */
export interface HeldFrame {
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
  room: FrameRoom;
  /** ROIs the pages are made of, a list that does not change; null for whole frames. */
  rois: readonly Roi[] | null;
  /** Whether the room has the whole frame, or those ROIs only. */
  isWhole: boolean;
}

export interface FrameThreadOptions {
  /** Gives back a room that was held for the thread. */
  release(room: FrameRoom): void;
  onReply(reply: Exclude<MovieReply, { type: 'settled' }>): void;
  /** The thread is gone, with so many frames that it had not settled; null when it ended as it was asked to. */
  onEnd(cause: unknown, frames: number): void;
}

/** Memories the thread knows at most; the one unused for longest is forgotten first. */
const MOST_MEMORIES = 256;

/** A worker thread that reads frames where they lie, and writes or keeps them. */
export class FrameThread {
  readonly #worker: Worker;
  readonly #options: FrameThreadOptions;
  readonly #held: FrameRoom[] = [];
  /** Numbers of the memories it knows, the one unused for longest first. */
  readonly #known = new Map<SharedArrayBuffer, number>();
  #nextMemory = 0;
  #rois: readonly Roi[] | null | undefined;
  #lostBefore = 0;
  #frames = 0;
  #lost = 0;
  #isOver = false;
  readonly #over: Promise<void>;

  constructor(options: FrameThreadOptions) {
    const workerData: MovieWorkerStart = { entry: new URL('./movie-worker.ts', import.meta.url).href };
    this.#options = options;
    this.#worker = new Worker(new URL('../engines/threads/worker-boot.mjs', import.meta.url), { workerData });
    let cause: unknown = null;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#over = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        this.#end(cause ?? (code === 0 ? null : `exit with code ${code}`));
        resolve();
      });
    });
    this.#worker.on('message', (reply: MovieReply) => {
      if (reply.type === 'settled') this.#settle(reply.done);
      else options.onReply(reply);
    });
  }

  /** Frames that are not settled. */
  get waiting(): number {
    return this.#held.length;
  }

  /** Frames written or kept. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames that should have been and are not. */
  get lost(): number {
    return this.#lost;
  }

  send(request: Exclude<MovieRequest, { type: 'share' | 'forget' | 'frame' | 'rois' }>): void {
    this.#worker.postMessage(request);
  }

  /** Writes frames as another film, or no more. */
  film(order: Extract<MovieRequest, { type: 'film' }>['order']): void {
    this.send({ type: 'film', order, lost: this.#lostBefore });
    this.#lostBefore = 0;
  }

  /** Hands a frame over. */
  push({ id, timeNs, receivedNs, room, rois, isWhole }: HeldFrame): void {
    if (rois !== this.#rois) this.#worker.postMessage({ type: 'rois', rois } satisfies MovieRequest);
    this.#rois = rois;
    const { buffer, byteOffset, length: bytes } = room.pixels;
    const request: MovieRequest = {
      ...{ type: 'frame', id, timeNs, receivedNs, memory: this.#share(buffer), byteOffset, bytes, isWhole },
      lostBefore: this.#lostBefore,
    };
    this.#lostBefore = 0;
    this.#held.push(room);
    this.#worker.postMessage(request);
  }

  /** A frame that should be written or kept cannot be handed over. */
  miss(): void {
    this.#lostBefore++;
    this.#lost++;
  }

  /** Writes what was handed over, then ends the thread. */
  close(): Promise<void> {
    if (!this.#isOver) {
      this.film(null);
      this.send({ type: 'close' });
    }
    return this.#over;
  }

  #settle(done: boolean): void {
    if (done) this.#frames++;
    else this.#lost++;
    this.#options.release(this.#held.shift()!);
  }

  #end(cause: unknown): void {
    this.#isOver = true;
    const frames = this.#held.length;
    this.#lost += frames;
    for (const room of this.#held.splice(0)) this.#options.release(room);
    this.#options.onEnd(cause, frames);
  }

  #share(buffer: SharedArrayBuffer): number {
    let memory = this.#known.get(buffer);
    if (memory === undefined) {
      memory = this.#nextMemory++;
      this.#worker.postMessage({ type: 'share', memory, buffer } satisfies MovieRequest);
    } else this.#known.delete(buffer);
    this.#known.set(buffer, memory);
    if (this.#known.size > MOST_MEMORIES) {
      const [oldest, unused] = this.#known.entries().next().value!;
      this.#known.delete(oldest);
      this.#worker.postMessage({ type: 'forget', memory: unused } satisfies MovieRequest);
    }
    return memory;
  }
}
