import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { createGpuEngine } from '#engines/gpu/gpu-engine.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { createWasmEngine } from '#engines/wasm/wasm-engine.ts';
import { startWasmHost } from '#engines/wasm/wasm-host.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { planRadii } from '#stages/plan.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';
import { fitDifferences } from './fit-agreement.ts';
import { hostEngine } from './host-engine.ts';
import { cold, type MovingBeads, movingBeads } from './moving-beads.ts';

interface Warm {
  name: string;
  open: () => Engine | Promise<Engine>;
  /** Frames of a call: those of one call start from the last frame of the one before it. */
  framesPerCall: number;
  skipReason?: string | null;
}

const ENGINES: readonly Warm[] = [
  { name: 'reference', open: createReferenceEngine, framesPerCall: 4 },
  {
    name: 'reference on 2 threads',
    open: async () => hostEngine(await startThreadHost('reference', { threads: 2 })),
    framesPerCall: 4,
  },
  { name: 'wasm', open: createWasmEngine, framesPerCall: 4 },
  {
    name: 'wasm on 2 threads',
    open: async () => hostEngine(await startWasmHost({ threads: 2 })),
    framesPerCall: 3,
  },
  { name: 'gpu', open: createGpuEngine, framesPerCall: 2, skipReason: gpuSkipReason() },
];

/**
 * Wherever a fit starts, it ends within a step that is not taken: under 0.02 standard deviations from the other ends.
 * Chi-squared and standard deviations are of the image one step before, so they may be off as far as that step was.
 */
const TOLERANCE = { sigmas: 0.02, share: 2e-3, unstated: 1e-3 };

const FRAMES = 12;
let film: MovingBeads;
let want: TrackTable;

async function tracksOf(engine: Engine, setup: EngineSetup, frames: ArrayBuffer[], framesPerCall: number) {
  const { plan, rois, profiles } = setup;
  const radii = profiles ? planRadii(plan, rois[0]!.size) : 0;
  const tables: TrackTable[] = [];
  await engine.configure(setup);
  for (let first = 0; first < frames.length; first += framesPerCall) {
    const batch = frames.slice(first, first + framesPerCall);
    const table = createTrackTable(batch.length, rois.length, radii, true);
    await engine.track(batch, table);
    tables.push(table);
  }
  return joined(tables);
}

function joined(tables: readonly TrackTable[]): TrackTable {
  const { beads, radii } = tables[0]!;
  const frames = tables.reduce((sum, table) => sum + table.frames, 0);
  const all = createTrackTable(frames, beads, radii, true);
  let row = 0;
  for (const table of tables) {
    for (const column of ['xPx', 'yPx', 'zNm', 'score', 'status', ...FIT] as const) {
      all[column].set(table[column] as Float64Array & Uint16Array, row);
    }
    all.profiles.set(table.profiles, row * radii);
    row += table.frames * beads;
  }
  return all;
}

const FIT = ['sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const;

/** [row] whether it was found from where the bead was last. */
const isWarm = ({ zNm, score }: TrackTable, row: number) =>
  Number.isFinite(zNm[row]) && Number.isNaN(score[row]);

beforeAll(async () => {
  film = movingBeads(['diffuses', 'steps', 'drifts', 'is replaced'], FRAMES, 1000, 11);
  const engine = createReferenceEngine();
  want = await tracksOf(engine, cold(film.setup), film.frames, FRAMES);
  await engine.close();
});

describe.each(ENGINES)('$name starts warm', ({ open, framesPerCall, skipReason }) => {
  const runs = skipReason ? test.skip : test;
  let engine: Engine;
  beforeAll(async () => {
    if (!skipReason) engine = await open();
  });
  afterAll(() => engine?.close());

  runs(
    `and finds what the reference finds cold${skipReason ? ` (skipped: ${skipReason})` : ''}`,
    async () => {
      const { setup, frames } = film;
      const beads = setup.rois.length;
      const got = await tracksOf(engine, setup, frames, framesPerCall);
      expect(fitDifferences(got, want, TOLERANCE)).toEqual([]);
      for (let bead = 0; bead < beads; bead++) expect(isWarm(got, bead)).toBe(false);
      // The bead that only diffuses, once a call is done.
      for (let frame = framesPerCall; frame < FRAMES; frame++) expect(isWarm(got, frame * beads)).toBe(true);
    },
  );

  runs('but not a bead whose ROI has moved, nor one configured anew', async () => {
    const { setup, frames } = film;
    const rois = setup.rois.map((roi) => ({ ...roi, left: roi.left + (roi.bead === 0 ? 1 : 0) }));
    const warmOf = async (): Promise<boolean[]> => {
      const table = createTrackTable(1, rois.length, 0, true);
      await engine.track([frames[1]!], table);
      return rois.map((_, bead) => isWarm(table, bead));
    };
    await engine.configure(setup);
    // Both threads have tracked then.
    for (let call = 0; call < 4; call++) await warmOf();
    expect((await warmOf())[0]).toBe(true);
    await engine.moveRois(rois);
    expect(await warmOf()).toEqual([false, true, true, true]);
    await engine.configure(setup);
    expect(await warmOf()).toEqual([false, false, false, false]);
  });

  runs('but not where profiles are asked for', async () => {
    const setup = { ...film.setup, profiles: true };
    const got = await tracksOf(engine, setup, film.frames.slice(0, 4), 2);
    for (let row = 0; row < 4; row++) expect(isWarm(got, row * setup.rois.length)).toBe(false);
    expect(got.profiles.some(Number.isFinite)).toBe(true);
  });
});
