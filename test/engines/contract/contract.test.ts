import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#engines/engine.ts';
import { createGpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { differences, type EngineTolerance, tracksOf, trueTracksOf } from './agreement.ts';
import { CASES } from './cases.ts';
import { hostEngine } from './host-engine.ts';
import { type Batch, batchesOf } from './scene.ts';

interface Contracted {
  name: string;
  open: () => Engine | Promise<Engine>;
  tolerance: EngineTolerance;
  skipReason?: string | null;
  /** Leaves out rows of ROIs that would take it long. */
  isSlow?: boolean;
}

/** Neither the neighbors of a bead nor the layout may change a digit. */
const REFERENCE: EngineTolerance = { px: 0, zNm: 0, score: 0, profileShare: 0 };
/** Circles and planes are float32 there, distances float64: no pixel changes its ring. */
const WASM: EngineTolerance = { px: 1e-5, zNm: 1e-2, score: 1e-5, profileShare: 1e-5 };

const ENGINES: readonly Contracted[] = [
  { name: 'reference', open: createReferenceEngine, tolerance: REFERENCE },
  {
    name: 'reference on 2 threads',
    open: async () => hostEngine(await startThreadHost('reference', { threads: 2 })),
    tolerance: REFERENCE,
  },
  { name: 'wasm', open: createWasmEngine, tolerance: WASM },
  {
    name: 'wasm on 2 threads',
    open: async () => hostEngine(await startWasmHost({ threads: 2 })),
    tolerance: WASM,
  },
  {
    name: 'gpu',
    open: createGpuEngine,
    // float32 throughout: a pixel half-way between two rings to rounding may go to the other one.
    tolerance: { px: 1e-5, zNm: 0.5, score: 1e-5, profileShare: 1e-4 },
    skipReason: gpuSkipReason(),
    isSlow: true,
  },
];

const ROWS = CASES.map((contract, index) => ({ ...contract, seed: 1 + index }));
type Row = (typeof ROWS)[number];

const truths = new Map<string, Promise<{ batches: Batch[]; want: TrackTable[] }>>();

/** What a row asks for and what is to come of it, found out once for all engines. */
function truthOf(row: Row) {
  const find = async () => {
    const batches = await batchesOf(row, row.seed);
    return { batches, want: await trueTracksOf(batches) };
  };
  const truth = truths.get(row.name) ?? find();
  truths.set(row.name, truth);
  return truth;
}

describe.each(ENGINES)('$name keeps the contract', ({ open, tolerance, skipReason, isSlow }) => {
  let engine: Engine;
  beforeAll(async () => {
    if (!skipReason) engine = await open();
  });
  afterAll(() => engine?.close());

  const keeps = skipReason ? test.skip : test;

  for (const row of ROWS) {
    if (row.large && isSlow) continue;
    keeps(`${row.name}${skipReason ? ` (skipped: ${skipReason})` : ''}`, async () => {
      const { batches, want } = await truthOf(row);
      const got = await tracksOf(engine, batches);
      const wrong = got.flatMap((table, batch) =>
        differences(table, want[batch]!, tolerance).map((text) => `batch ${batch}, ${text}`),
      );
      expect(wrong).toEqual([]);
    });
  }
});

describe('the contract', () => {
  test('has a name for every row', () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  });

  test('has beads of every status, and in every row one whose center or height is found', async () => {
    let seen = 0;
    for (const row of ROWS) {
      const { want } = await truthOf(row);
      for (const { status, zNm, xPx } of want) {
        for (const bits of status) seen |= bits;
        // In the smallest ROIs a spectrum has two bins, which are like those of any plane.
        const looksUpZ = row.plan.some(({ stage }) => stage === 'lookup-z') && row.sizes[0]! >= 16;
        const column = looksUpZ ? zNm : xPx;
        if (column.length > 0) expect(column.some(Number.isFinite), row.name).toBe(true);
      }
    }
    const missing = Object.entries(TRACK_STATUS).filter(([, bit]) => (seen & bit) === 0);
    expect(missing.map(([name]) => name)).toEqual([]);
  });
});
