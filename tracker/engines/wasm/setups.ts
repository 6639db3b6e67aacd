import type { Roi } from '#protocol/roi.ts';
import { type BatchShape, batchShape } from '../batch-shape.ts';
import type { EngineSetup } from '../engine.ts';
import { createLastPlaces, keptLastPlaces, type LastPlaces } from '../last-places.ts';
import { type Block, BlockPool, type WasmArena } from './arena.ts';
import { layOut, layoutBytesOf, moveRois, type WasmLayout, writeLast } from './layout.ts';
import { SETUP_RECORD_BYTES, writeSetupRecord } from './setup-record.ts';
import { KERNEL_WORDS } from './words.ts';

/** A setup in memory; batches hold the one they were asked with, whatever comes after. */
export interface LaidOutSetup {
  readonly version: number;
  readonly shape: BatchShape;
  readonly setup: EngineSetup;
  readonly layout: WasmLayout;
  readonly region: Block;
  /** What threads read first, and, once they have moved, the ROIs. */
  readonly record: Block;
  /** Where batches that are done left the beads, which later ones start from; null where the plan does not. */
  readonly last: LastPlaces | null;
}

const aligned = (bytes: number) => Math.ceil(bytes / 64) * 64;

const ROIS_AT = aligned(SETUP_RECORD_BYTES);

/** Lays setups out in places that no batch under way reads. */
export class WasmSetups {
  readonly #arena: WasmArena;
  readonly #threads: number;
  readonly #regions: BlockPool;
  readonly #records: BlockPool;
  #versions = 0;
  /** One for all setups: a thread works for one at a time, and its part of it begins at the same place for all. */
  #scratch = { scratchAddress: 0, scratchStride: 0 };

  constructor(arena: WasmArena, threads: number) {
    this.#arena = arena;
    this.#threads = threads;
    this.#regions = new BlockPool(arena);
    this.#records = new BlockPool(arena);
  }

  /**
   * @returns the setup, which its taker holds
   * @throws {RoiError | ZLutError} if an ROI leaves the frame or a Z-LUT belongs to another ROI size
   */
  layOut(setup: EngineSetup): LaidOutSetup {
    const { memory } = this.#arena;
    const region = this.#regions.take(layoutBytesOf(setup));
    const layout = layOut(setup, memory, region.address);
    const record = this.#records.take(ROIS_AT + layout.beads * KERNEL_WORDS.roiBytes);
    const last = createLastPlaces(setup);
    return this.#write({ setup, shape: batchShape(setup), layout, region, record, last });
  }

  /** The same setup with its ROIs at other places. */
  moved(from: LaidOutSetup, rois: readonly Roi[]): LaidOutSetup {
    const { layout, record } = this.#copyRois(from);
    moveRois(layout, from.setup, rois, this.#arena.memory);
    const setup = { ...from.setup, rois: [...rois] };
    const last = from.last && keptLastPlaces(from.last, from.setup.rois, rois);
    return this.#write({ ...from, setup, layout, record, last });
  }

  /** The same setup for one more batch, which starts from where the last ones left the beads. */
  forBatch(from: LaidOutSetup): LaidOutSetup {
    const { last, setup } = from;
    if (!last) {
      from.record.holders++;
      from.region.holders++;
      return from;
    }
    const { layout, record } = this.#copyRois(from);
    writeLast(layout, last, setup.rois, this.#arena.memory);
    return this.#write({ ...from, layout, record });
  }

  /** A new record with the ROIs of another, whose region it shares. */
  #copyRois({ layout: from, region }: LaidOutSetup): Pick<LaidOutSetup, 'layout' | 'record'> {
    const { buffer } = this.#arena.memory;
    const bytes = from.beads * KERNEL_WORDS.roiBytes;
    const record = this.#records.take(ROIS_AT + bytes);
    const layout = { ...from, address: record.address + ROIS_AT };
    new Uint8Array(buffer, layout.address, bytes).set(new Uint8Array(buffer, from.address, bytes));
    region.holders++;
    return { layout, record };
  }

  release({ record, region }: LaidOutSetup): void {
    record.holders--;
    region.holders--;
  }

  #write(parts: Omit<LaidOutSetup, 'version'>): LaidOutSetup {
    const { layout, record } = parts;
    const scratch = this.#scratchOf(layout.scratchBytes);
    writeSetupRecord(this.#arena.memory.buffer, record.address, { layout, ...scratch });
    return { ...parts, version: this.#versions++ };
  }

  #scratchOf(bytes: number) {
    const { scratchStride } = this.#scratch;
    if (bytes > scratchStride) {
      const stride = aligned(Math.max(bytes, 1.5 * scratchStride));
      this.#scratch = { scratchAddress: this.#arena.take(stride * this.#threads), scratchStride: stride };
    }
    return this.#scratch;
  }
}
