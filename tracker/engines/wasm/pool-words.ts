/**
 * What the host and its threads tell each other in shared memory: 32-bit words from the start of the control block on.
 *
 * A batch lies in a slot and is cut into chunks of beads of one frame. A thread takes a chunk by writing its name into
 * the chunk's word, so that the host knows what a thread that dies has left undone.
 */
export const POOL_WORDS = {
  /** Grows when there may be work; threads sleep on it. */
  workEpoch: 0,
  /** Grows when a batch may be done; the host sleeps on it. Both have a cache line of their own. */
  doneEpoch: 16,
  /** Not 0: threads end when they find no work. */
  closing: 32,
  /** Slot of the oldest batch, which goes first. */
  oldest: 33,
  slots: 48,
} as const;

/** Words of one slot, from its start; chunk words and the addresses of the frames follow. */
export const SLOT_WORDS = {
  /** Generation of the batch, 0 where there is none: written last, so that whoever reads it finds the rest. */
  generation: 0,
  chunks: 1,
  chunksPerFrame: 2,
  beadsPerChunk: 3,
  beads: 4,
  frames: 5,
  radii: 6,
  /** Address of the table. */
  table: 7,
  /** Address of the setup's record, and the number it is known by. */
  setup: 8,
  setupVersion: 9,
  /** Chunks done, as far as threads lived to count them. */
  done: 10,
  /** Not 0: a thread died here, so the count cannot be trusted and every chunk wakes the host. */
  uncounted: 11,
  /** Not 0: the table has the columns of a fit. */
  fits: 12,
  chunkWords: 16,
} as const;

export const SLOTS = 4;
export const MAX_CHUNKS = 1024;
export const MAX_FRAMES = 256;

const SLOT_LENGTH = SLOT_WORDS.chunkWords + MAX_CHUNKS + MAX_FRAMES;

export const POOL_BYTES = 4 * (POOL_WORDS.slots + SLOTS * SLOT_LENGTH);

/** First word of a slot. */
export function slotAt(slot: number): number {
  return POOL_WORDS.slots + slot * SLOT_LENGTH;
}

/** First word of the addresses of the frames of a slot. */
export function framesAt(slot: number): number {
  return slotAt(slot) + SLOT_WORDS.chunkWords + MAX_CHUNKS;
}

/** Generations go round; 0 is none. */
const GENERATIONS = 2 ** 22;

export function generationAfter(generation: number): number {
  return (generation % GENERATIONS) + 1;
}

/** What a chunk's word says of it; it names the generation, so that a thread that lags cannot take one of the next. */
export const CHUNK = {
  free: (generation: number) => generation << 8,
  takenBy: (generation: number, thread: number) => (generation << 8) | (thread + 1),
  done: (generation: number) => (generation << 8) | 255,
};
