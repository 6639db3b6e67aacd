import { beforeEach, describe, expect, test } from 'vitest';
import { createSlots, type PoolBatch } from '#engines/wasm/pool-slots.ts';
import { CHUNK, MAX_CHUNKS, POOL_BYTES, SLOT_WORDS, SLOTS, slotAt } from '#engines/wasm/pool-words.ts';
import type { LaidOutSetup } from '#engines/wasm/setups.ts';

const THREADS = 2;

describe('slots of the wasm pool', () => {
  let words: Int32Array;
  let slots: ReturnType<typeof createSlots>;
  let settled: string[];
  beforeEach(() => {
    words = new Int32Array(new SharedArrayBuffer(POOL_BYTES));
    slots = createSlots(words, THREADS);
    settled = [];
  });

  function batch(name: string, beads: number, frames: number): PoolBatch {
    const shape = { beads, radii: 0, frameBytes: 8 };
    const record = { address: 64, bytes: 64, holders: 1 };
    return {
      // The host's side reads no more of a setup.
      setup: { version: 1, shape, record } as LaidOutSetup,
      frames: Array.from({ length: frames }, (_, index) => 1000 * index),
      table: 0,
      resolve: () => settled.push(name),
      reject: (error) => settled.push(`${name}: ${error.message}`),
    };
  }

  const chunkAt = (slot: number, chunk: number) => slotAt(slot) + SLOT_WORDS.chunkWords + chunk;
  const generationOf = (slot: number) => words[slotAt(slot) + SLOT_WORDS.generation]!;
  const chunksOf = (slot: number) => words[slotAt(slot) + SLOT_WORDS.chunks]!;
  const take = (slot: number, chunk: number, thread: number) => {
    words[chunkAt(slot, chunk)] = CHUNK.takenBy(generationOf(slot), thread);
  };
  const count = (slot: number) => {
    words[slotAt(slot) + SLOT_WORDS.done]!++;
  };
  const end = (slot: number, chunk: number) => {
    count(slot);
    words[chunkAt(slot, chunk)] = CHUNK.done(generationOf(slot));
  };

  test.each([
    [1, 1, 1],
    [100, 1, 13],
    [100, 4, 52],
    // Few ROIs: four chunks for each thread.
    [10, 1, 5],
    [5000, 64, 1024],
    [3, 256, 256],
  ])(
    '%d beads of %d frames are cut into %d chunks, as many as there is room for',
    (beads, frames, chunks) => {
      expect(slots.publish(batch('a', beads, frames))).toBe(chunks);
      expect(chunks).toBeLessThanOrEqual(MAX_CHUNKS);
      const perFrame = words[slotAt(0) + SLOT_WORDS.chunksPerFrame]!;
      expect(perFrame * frames).toBe(chunks);
      expect(perFrame * words[slotAt(0) + SLOT_WORDS.beadsPerChunk]!).toBeGreaterThanOrEqual(beads);
    },
  );

  test('a batch is settled once every chunk is done, whichever batch began first', () => {
    slots.publish(batch('a', 16, 1));
    slots.publish(batch('b', 8, 1));
    for (let chunk = 0; chunk < chunksOf(1); chunk++) end(1, chunk);
    expect(slots.collect()).toBe(true);
    expect(settled).toEqual(['b']);
    for (let chunk = 0; chunk < chunksOf(0) - 1; chunk++) end(0, chunk);
    expect(slots.collect()).toBe(false);
    end(0, chunksOf(0) - 1);
    expect(slots.collect()).toBe(true);
    expect([settled, slots.busy]).toEqual([['b', 'a'], 0]);
  });

  test('there is room for as many batches as there are slots', () => {
    for (let index = 0; index < SLOTS; index++) {
      expect(slots.hasRoom()).toBe(true);
      slots.publish(batch('a', 1, 1));
    }
    expect(slots.hasRoom()).toBe(false);
    end(0, 0);
    slots.collect();
    expect(slots.hasRoom()).toBe(true);
  });

  test('the next batch of a slot has another generation, so that a thread that lags takes none of it', () => {
    slots.publish(batch('a', 1, 1));
    const free = words[chunkAt(0, 0)];
    for (let index = 0; index < SLOTS; index++) {
      if (index > 0) slots.publish(batch('b', 1, 1));
      end(index, 0);
      slots.collect();
    }
    slots.publish(batch('c', 1, 1));
    expect(words[chunkAt(0, 0)]).not.toBe(free);
  });

  test('what a dead thread had taken is free again, what it and others have done is not', () => {
    slots.publish(batch('a', 32, 1));
    end(0, 0);
    take(0, 1, 0);
    take(0, 2, 1);
    expect(slots.release(1, new Error('dead'))).toBe(1);
    const generation = generationOf(0);
    expect([0, 1, 2, 3].map((chunk) => words[chunkAt(0, chunk)])).toEqual([
      CHUNK.done(generation),
      CHUNK.takenBy(generation, 0),
      CHUNK.free(generation),
      CHUNK.free(generation),
    ]);
  });

  test('a chunk that a thread counted and then died of is counted once', () => {
    slots.publish(batch('a', 16, 1));
    const chunks = chunksOf(0);
    take(0, 0, 1);
    count(0);
    slots.release(1, new Error('dead'));
    for (let chunk = 1; chunk < chunks; chunk++) end(0, chunk);
    // As many counts as chunks, and one chunk not tracked to its end.
    expect(words[slotAt(0) + SLOT_WORDS.done]).toBe(chunks);
    expect(slots.collect()).toBe(false);
    end(0, 0);
    expect(slots.collect()).toBe(true);
    expect(settled).toEqual(['a']);
  });

  test('a batch that two threads died of is given up when the others have ended theirs', () => {
    slots.publish(batch('a', 32, 1));
    slots.publish(batch('b', 1, 1));
    take(0, 0, 0);
    take(0, 1, 1);
    slots.release(0, new Error('first'));
    take(0, 0, 0);
    slots.release(0, new Error('second'));
    expect(slots.collect()).toBe(false);
    end(0, 1);
    expect(slots.collect()).toBe(true);
    expect(settled).toEqual(['a: second']);
    end(1, 0);
    slots.collect();
    expect(settled).toEqual(['a: second', 'b']);
  });

  test('without any thread left, every batch is told why', () => {
    slots.publish(batch('a', 4, 1));
    slots.publish(batch('b', 4, 1));
    slots.giveUp(new Error('none'));
    expect(settled).toEqual(['a: none', 'b: none']);
    expect([slots.busy, slots.hasRoom()]).toEqual([0, true]);
  });
});
