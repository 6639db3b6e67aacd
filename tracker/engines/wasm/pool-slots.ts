import {
  CHUNK,
  framesAt,
  generationAfter,
  MAX_CHUNKS,
  POOL_WORDS,
  SLOT_WORDS,
  SLOTS,
  slotAt,
} from './pool-words.ts';
import type { LaidOutSetup } from './setups.ts';

/** Frames in memory, and what becomes of them. */
export interface PoolBatch {
  setup: LaidOutSetup;
  /** [frame] addresses. */
  frames: readonly number[];
  /** Address of the table. */
  table: number;
  resolve(): void;
  reject(error: Error): void;
}

/** A place for a batch. */
interface Slot {
  generation: number;
  batch: PoolBatch | null;
  chunks: number;
  /** Threads that died of it. */
  deaths: number;
  error: Error | null;
}

/** ROIs of a chunk at most: taking one costs nothing beside them, and the last ones end nearly together. */
const MOST_BEADS = 8;

/** Chunks for each thread at least, where there are enough ROIs. */
const CHUNKS_PER_THREAD = 4;

/** The host's side of the slots. */
export function createSlots(words: Int32Array, threads: number) {
  const slots = Array.from({ length: SLOTS }, (): Slot => {
    return { generation: 0, batch: null, chunks: 0, deaths: 0, error: null };
  });
  let next = 0;
  let oldest = 0;
  let busy = 0;

  const chunkWord = (slot: number, chunk: number) => slotAt(slot) + SLOT_WORDS.chunkWords + chunk;

  function cut({ frames, setup }: PoolBatch) {
    const { beads } = setup.shape;
    const fair = Math.ceil((frames.length * beads) / (threads * CHUNKS_PER_THREAD));
    const fewest = Math.ceil(beads / Math.floor(MAX_CHUNKS / frames.length));
    const beadsPerChunk = Math.max(1, fewest, Math.min(fair, MOST_BEADS));
    return { beadsPerChunk, chunksPerFrame: Math.ceil(beads / beadsPerChunk) };
  }

  /** Whether every chunk is done: by the count, unless a thread died before it could count. */
  function isDone(slot: number): boolean {
    const { chunks, generation } = slots[slot]!;
    const at = slotAt(slot);
    if (Atomics.load(words, at + SLOT_WORDS.uncounted) === 0) {
      return Atomics.load(words, at + SLOT_WORDS.done) === chunks;
    }
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (Atomics.load(words, chunkWord(slot, chunk)) !== CHUNK.done(generation)) return false;
    }
    return true;
  }

  function settle(slot: Slot, index: number, error: Error | null): void {
    const batch = slot.batch!;
    slot.batch = null;
    busy--;
    Atomics.store(words, slotAt(index) + SLOT_WORDS.generation, 0);
    if (error) batch.reject(error);
    else batch.resolve();
  }

  return {
    /** Batches with the threads. */
    get busy() {
      return busy;
    },

    /** Whether a batch can be published. */
    hasRoom: () => slots[next]!.batch === null,

    /**
     * Lets the threads see a batch.
     * @returns its chunks
     */
    publish(batch: PoolBatch): number {
      const slot = slots[next]!;
      const { frames, setup, table } = batch;
      const { beadsPerChunk, chunksPerFrame } = cut(batch);
      const at = slotAt(next);
      slot.batch = batch;
      slot.generation = generationAfter(slot.generation);
      slot.chunks = frames.length * chunksPerFrame;
      slot.deaths = 0;
      slot.error = null;
      words[at + SLOT_WORDS.chunks] = slot.chunks;
      words[at + SLOT_WORDS.chunksPerFrame] = chunksPerFrame;
      words[at + SLOT_WORDS.beadsPerChunk] = beadsPerChunk;
      words[at + SLOT_WORDS.beads] = setup.shape.beads;
      words[at + SLOT_WORDS.frames] = frames.length;
      words[at + SLOT_WORDS.radii] = setup.shape.radii;
      words[at + SLOT_WORDS.fits] = Number(setup.shape.fits);
      words[at + SLOT_WORDS.table] = table;
      words[at + SLOT_WORDS.setup] = setup.record.address;
      words[at + SLOT_WORDS.setupVersion] = setup.version;
      words[at + SLOT_WORDS.done] = 0;
      words[at + SLOT_WORDS.uncounted] = 0;
      for (let frame = 0; frame < frames.length; frame++) words[framesAt(next) + frame] = frames[frame]!;
      words.fill(CHUNK.free(slot.generation), chunkWord(next, 0), chunkWord(next, slot.chunks));
      Atomics.store(words, at + SLOT_WORDS.generation, slot.generation);
      next = (next + 1) % SLOTS;
      busy++;
      return slot.chunks;
    },

    /** Settles every batch that is done. @returns whether one was */
    collect(): boolean {
      const before = busy;
      for (const [index, slot] of slots.entries()) {
        if (slot.batch && isDone(index)) settle(slot, index, slot.error);
      }
      while (busy > 0 && !slots[oldest]!.batch) oldest = (oldest + 1) % SLOTS;
      if (busy === 0) oldest = next;
      Atomics.store(words, POOL_WORDS.oldest, oldest);
      return busy < before;
    },

    /**
     * Leaves the chunks of a thread that died to the others; a batch that two threads died of is given up.
     * @returns chunks to be tracked again
     */
    release(thread: number, error: Error): number {
      let released = 0;
      for (const [index, slot] of slots.entries()) {
        if (!slot.batch) continue;
        const { generation } = slot;
        const taken = CHUNK.takenBy(generation, thread);
        // First: a thread that counts a chunk after this wakes the host, which then looks for itself.
        Atomics.store(words, slotAt(index) + SLOT_WORDS.uncounted, 1);
        for (let chunk = 0; chunk < slot.chunks; chunk++) {
          const word = chunkWord(index, chunk);
          if (Atomics.load(words, word) !== taken) continue;
          released++;
          slot.deaths++;
          Atomics.store(words, word, CHUNK.free(generation));
        }
        if (slot.deaths < 2) continue;
        slot.error = error;
        // What nobody has taken, nobody should; what others are at, they end.
        for (let chunk = 0; chunk < slot.chunks; chunk++) {
          const [free, done] = [CHUNK.free(generation), CHUNK.done(generation)];
          Atomics.compareExchange(words, chunkWord(index, chunk), free, done);
        }
      }
      return released;
    },

    /** Rejects every batch; no thread may be alive. */
    giveUp(error: Error): void {
      for (const [index, slot] of slots.entries()) if (slot.batch) settle(slot, index, error);
      oldest = next;
      Atomics.store(words, POOL_WORDS.oldest, oldest);
    },
  };
}
