import { parentPort, workerData } from 'node:worker_threads';
import { TableViews } from '../shared-rings.ts';
import { instantiateKernel } from './kernel.ts';
import { CHUNK, framesAt, POOL_BYTES, POOL_WORDS, SLOT_WORDS, SLOTS, slotAt } from './pool-words.ts';
import { readSetupRecord, type SetupRecord } from './setup-record.ts';

/** What a thread of the pool is started with. */
export interface WasmWorkerStart {
  entry: string;
  memory: WebAssembly.Memory;
  /** Address of the control block. */
  control: number;
  thread: number;
}

const { control, memory, thread } = workerData as WasmWorkerStart;
const kernel = instantiateKernel(memory);
const words = new Int32Array(memory.buffer, control, POOL_BYTES / 4);
const tables = new Map<number, TableViews>();
let setup: SetupRecord | null = null;
let setupVersion = -1;

/** The memory as long as the host has made it; what a thread sees of its growth may lag. */
function bufferTo(end: number): SharedArrayBuffer {
  if (memory.buffer.byteLength < end) memory.grow(0);
  return memory.buffer as unknown as SharedArrayBuffer;
}

function setupOf(at: number): SetupRecord {
  const version = words[at + SLOT_WORDS.setupVersion]!;
  if (!setup || version !== setupVersion) {
    const address = words[at + SLOT_WORDS.setup]! >>> 0;
    setup = readSetupRecord(bufferTo(address + 128), address);
    setupVersion = version;
  }
  return setup;
}

function tableOf(at: number): TableViews {
  const address = words[at + SLOT_WORDS.table]! >>> 0;
  const known = tables.get(address);
  if (known) return known;
  const views = new TableViews(bufferTo(address + 8), address);
  tables.set(address, views);
  return views;
}

function trackChunk(slot: number, chunk: number): void {
  const at = slotAt(slot);
  const { layout, scratchAddress, scratchStride } = setupOf(at);
  const beads = words[at + SLOT_WORDS.beads]!;
  const chunksPerFrame = words[at + SLOT_WORDS.chunksPerFrame]!;
  const beadsPerChunk = words[at + SLOT_WORDS.beadsPerChunk]!;
  const frame = Math.floor(chunk / chunksPerFrame);
  const first = (chunk % chunksPerFrame) * beadsPerChunk;
  const count = Math.min(beadsPerChunk, beads - first);
  const frames = words[at + SLOT_WORDS.frames]!;
  const fits = words[at + SLOT_WORDS.fits] !== 0;
  const table = tableOf(at).of(frames, beads, words[at + SLOT_WORDS.radii]!, fits);
  const frameAddress = words[framesAt(slot) + frame]! >>> 0;
  const scratch = scratchAddress + thread * scratchStride;
  kernel.track(layout, scratch, frameAddress, first, count, table, frame * beads + first);
}

/** Tracks every chunk of a slot that nobody has taken. @returns whether there was one */
function workOn(slot: number): boolean {
  const at = slotAt(slot);
  const generation = Atomics.load(words, at + SLOT_WORDS.generation);
  if (generation === 0) return false;
  const chunks = words[at + SLOT_WORDS.chunks]!;
  const [free, taken] = [CHUNK.free(generation), CHUNK.takenBy(generation, thread)];
  let worked = false;
  for (let chunk = 0; chunk < chunks; chunk++) {
    const word = at + SLOT_WORDS.chunkWords + chunk;
    if (Atomics.load(words, word) !== free) continue;
    if (Atomics.compareExchange(words, word, free, taken) !== free) continue;
    trackChunk(slot, chunk);
    worked = true;
    // In this order: whoever sees every chunk done may use the slot again, and a late count would be of the next batch.
    const done = Atomics.add(words, at + SLOT_WORDS.done, 1) + 1;
    Atomics.compareExchange(words, word, taken, CHUNK.done(generation));
    if (done < chunks && Atomics.load(words, at + SLOT_WORDS.uncounted) === 0) continue;
    Atomics.add(words, POOL_WORDS.doneEpoch, 1);
    Atomics.notify(words, POOL_WORDS.doneEpoch);
  }
  return worked;
}

parentPort!.postMessage('ready');
for (;;) {
  const epoch = Atomics.load(words, POOL_WORDS.workEpoch);
  const isClosing = Atomics.load(words, POOL_WORDS.closing) !== 0;
  const oldest = Atomics.load(words, POOL_WORDS.oldest);
  let worked = false;
  for (let turn = 0; turn < SLOTS; turn++) worked = workOn((oldest + turn) % SLOTS) || worked;
  if (worked) continue;
  if (isClosing) break;
  Atomics.wait(words, POOL_WORDS.workEpoch, epoch);
}
