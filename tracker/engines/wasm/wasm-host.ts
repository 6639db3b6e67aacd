import { cpus } from 'node:os';
import { assertFrames } from '../batch-shape.ts';
import type { EngineHost, FrameRoom } from '../engine-host.ts';
import { noteLastPlaces } from '../last-places.ts';
import { RoomRing, type SharedRoom, TableRing } from '../shared-rings.ts';
import { WasmArena } from './arena.ts';
import { createKernelMemory } from './kernel.ts';
import { WasmPool } from './pool.ts';
import { MAX_FRAMES } from './pool-words.ts';
import { type LaidOutSetup, WasmSetups } from './setups.ts';

export interface WasmHostOptions {
  threads: number;
  onNotice?(text: string): void;
}

/** Batches under way: one is tracked while the next one waits, so that no thread does. */
const BATCHES = 2;

/**
 * A host whose threads share one memory, which holds frames, tables, setups and scratch: nothing is copied or sent.
 * @throws {DeviceError} when the threads cannot be started
 */
export async function startWasmHost({ threads, onNotice = () => {} }: WasmHostOptions): Promise<EngineHost> {
  const arena = new WasmArena(createKernelMemory());
  const pool = await WasmPool.start(arena, { threads, onNotice });
  const setups = new WasmSetups(arena, threads);
  const rooms = new RoomRing(arena);
  const tables = new TableRing(arena);
  let current: LaidOutSetup | null = null;

  function use(next: LaidOutSetup): void {
    if (current) setups.release(current);
    current = next;
  }

  return {
    facts: { engine: 'wasm', device: cpus()[0]?.model.trim() || process.arch, fallback: false },
    threads,
    batches: BATCHES,
    get restarts() {
      return pool.restarts;
    },
    deviceTime: () => null,

    async configure(setup) {
      use(setups.layOut(setup));
    },

    async moveRois(rois) {
      if (current) use(setups.moved(current, rois));
    },

    takeRoom: (bytes) => rooms.take(bytes),
    holdRoom: (room) => rooms.hold(room),
    returnRoom: (room) => rooms.give(room),

    async track(batch: readonly FrameRoom[]) {
      if (batch.length > MAX_FRAMES)
        throw new RangeError(`a batch of ${batch.length} frames: ${MAX_FRAMES} at most`);
      if (!current) throw new Error('wasm engine: track before configure');
      const frames = batch.map((room) => (room as SharedRoom).stretch.byteOffset);
      const { beads, radii, fits } = current.shape;
      const { table, stretch } = tables.take(frames.length, beads, radii, fits);
      const setup = setups.forBatch(current);
      try {
        assertFrames(batch, setup.shape);
        await new Promise<void>((resolve, reject) => {
          pool.track({ setup, frames, table: stretch.byteOffset, resolve, reject });
        });
        if (setup.last) noteLastPlaces(setup.last, table, frames.length - 1);
        return table;
      } catch (error) {
        tables.give(table);
        throw error;
      } finally {
        setups.release(setup);
        for (const room of batch) rooms.give(room);
      }
    },

    returnTable: (table) => tables.give(table),

    async close() {
      await pool.close();
      if (current) setups.release(current);
      current = null;
    },
  };
}
