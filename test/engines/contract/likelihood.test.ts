import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#engines/engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { ZLutError } from '#protocol/errors.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { type FitTolerance, fitDifferences } from './fit-agreement.ts';
import { hostEngine } from './host-engine.ts';
import { type LikelihoodCase, likelihoodCases } from './likelihood-cases.ts';

interface Fitting {
  name: string;
  open: () => Engine | Promise<Engine>;
  tolerance: FitTolerance;
}

/** Pixels and their model are float32 there, sums and steps float64. */
const WASM: FitTolerance = { sigmas: 3e-4, share: 1e-5, unstated: 1e-4 };

const ENGINES: readonly Fitting[] = [
  { name: 'wasm', open: createWasmEngine, tolerance: WASM },
  {
    name: 'wasm on 2 threads',
    open: async () => hostEngine(await startWasmHost({ threads: 2 })),
    tolerance: WASM,
  },
];

const CASES = likelihoodCases();

async function fits(engine: Engine, { setup, frames }: LikelihoodCase): Promise<TrackTable> {
  const table = createTrackTable(frames.length, setup.rois.length, 0, true);
  await engine.configure(setup);
  await engine.track(
    frames.map((frame) => frame.slice()),
    table,
  );
  return table;
}

const truths = new Map<string, Promise<TrackTable>>();

/** What the reference makes of a case, found out once for all engines. */
function truthOf(contract: LikelihoodCase): Promise<TrackTable> {
  const truth = truths.get(contract.name) ?? fits(createReferenceEngine(), contract);
  truths.set(contract.name, truth);
  return truth;
}

describe.each(ENGINES)('$name fits as the reference does', ({ open, tolerance }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine?.close());

  test.each(CASES)('$name', async (contract) => {
    const want = await truthOf(contract);
    expect(fitDifferences(await fits(engine, contract), want, tolerance)).toEqual([]);
  });

  test('and refuses a Z-LUT without a model', async () => {
    const { setup } = CASES[0]!;
    const zLuts = setup.zLuts.map(({ model: _, ...plain }) => plain);
    await expect(engine.configure({ ...setup, zLuts })).rejects.toBeInstanceOf(ZLutError);
  });
});

describe('the cases of a fit', () => {
  test('have every status that a fit gives, and in every one a height and what it is worth', async () => {
    let seen = 0;
    for (const contract of CASES) {
      const { status, zNm, sigmaZNm } = await truthOf(contract);
      for (const bits of status) seen |= bits;
      expect(zNm.some(Number.isFinite), contract.name).toBe(true);
      expect([...sigmaZNm].map(Number.isFinite), contract.name).toEqual([...zNm].map(Number.isFinite));
    }
    for (const name of ['lost', 'unsure', 'poor-fit', 'out-of-range', 'no-zlut', 'saturated'] as const) {
      expect(seen & TRACK_STATUS[name], name).not.toBe(0);
    }
  });
});
