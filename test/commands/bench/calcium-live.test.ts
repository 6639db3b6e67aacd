import { expect, test } from 'vitest';
import type { BenchLine, BenchOptions } from '#tracker/commands/bench/case.ts';
import { BENCH_CASES } from '#tracker/commands/bench/index.ts';

async function lines(name: string, options: BenchOptions): Promise<BenchLine[]> {
  const { run } = await BENCH_CASES[name]!.load();
  const got: BenchLine[] = [];
  for await (const line of run(options)) got.push(line as BenchLine);
  return got;
}

test('live traces of cells follow those offline, and their events the true transients', {
  timeout: 400_000,
}, async () => {
  const got = await lines('calcium-live', { fps: [15], minutes: 2, repeats: 1, seed: 3 });
  expect(got.map(({ film, seed, cells, framesTracked }) => [film, seed, cells, framesTracked])).toEqual([
    ['usual', 3, 40, 1800],
    ['hard', 3, 40, 1800],
    ...['roi-traces', 'welford-projections', 'all'].map(() => [null, 3, 200, null]),
  ]);
  for (const { stages, usPerFrame, usPerFrameMin, floatUsPerFrame } of got.slice(2)) {
    expect(
      [usPerFrame, usPerFrameMin, floatUsPerFrame].map(Number).every((us) => us > 0),
      `${stages}`,
    ).toBe(true);
  }
  const { dffLiveOffline, dffLiveTruth, transients, recall, precision, latencyFramesP50 } =
    got[0] as unknown as {
      dffLiveOffline: { median: number };
      dffLiveTruth: { median: number };
      transients: number;
      recall: number;
      precision: number;
      latencyFramesP50: number;
    };
  // 40 cells, 0.2 spikes a second, 90 s, of which some follow another within half a second.
  expect(transients).toBeGreaterThan(500);
  expect(transients).toBeLessThan(740);
  // What is asked of five minutes at 30 frames a second.
  expect(dffLiveOffline.median).toBeGreaterThan(0.97);
  expect(dffLiveTruth.median).toBeGreaterThan(0.9);
  expect(recall).toBeGreaterThan(0.89);
  expect(precision).toBeGreaterThan(0.95);
  expect(latencyFramesP50).toBeLessThanOrEqual(2);
});

test('beads are tracked without and with the cells beside them measured', { timeout: 240_000 }, async () => {
  const scene = { beads: [2], roiSize: [32], planes: 41, width: 256, height: 400, fps: [20] };
  const got = await lines('calcium-load', { ...scene, for: 500, record: false, engine: ['reference'] });
  expect(got.map(({ calcium }) => calcium)).toEqual(['off', 'on']);
  for (const line of got) {
    expect(line).toMatchObject({ case: 'calcium-load', beads: 2, cells: 200, width: 256, height: 400 });
    expect(line.framesTracked).toBeGreaterThan(0);
  }
  expect(got[0]!.cellFramesMeasured).toBe(0);
  const { cellFramesMeasured, cellFramesSkipped } = got[1] as unknown as Record<string, number>;
  // Whole frames: every one that is tracked is either measured or skipped.
  expect(cellFramesMeasured).toBeGreaterThan(0);
  expect(cellFramesMeasured! + cellFramesSkipped!).toBe(got[1]!.framesTracked);
});
