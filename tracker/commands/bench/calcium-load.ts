import { beadRows } from '#camera-adapters/simulated-calcium-options.ts';
import { cellFilmSpacing } from './camera-process.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { liveDefaults, liveLine } from './end-to-end.ts';
import { type LiveBenchOptions, type LiveBenchResult, liveZLut, runLive } from './live-bench.ts';
import { thisMachine } from './machine.ts';
import { digits, median } from './statistics.ts';

const CELLS = 200;
const BEADS = 50;
const FPS = 100;
const FOR_MS = 30_000;
/** Of the part of the frame with the cells. */
const SIDE_PX = 512;

/**
 * Cells beside beads from a camera in another process, tracked and recorded in this one: without and with the cells
 * measured, in turn, so that both meet the same neighbors on the machine.
 */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { repeats = 1, width = SIDE_PX } = options;
  const asked = { fps: [FPS], for: FOR_MS, pixelType: ['mono16' as const], ...options };
  const { beads = [BEADS], roiSize = [64] } = options;
  const height = options.height ?? beadRows(beads[0]!, width, cellFilmSpacing(roiSize[0]!)) + SIDE_PX;
  const film: LiveBenchOptions = { ...liveDefaults({ ...asked, beads, width, height }), cells: CELLS };
  const machine = thisMachine();
  const zLut = await liveZLut(film);
  const experiment = { ...film, planes: zLut.planes };
  const runs: Record<'off' | 'on', LiveBenchResult[]> = { off: [], on: [] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const calcium of ['off', 'on'] as const) {
      runs[calcium].push(await runLive({ ...experiment, measureCells: calcium === 'on' }, zLut));
    }
  }
  for (const calcium of ['off', 'on'] as const) {
    const ours = runs[calcium];
    const sum = (of: 'measured' | 'skipped' | 'events') =>
      ours.reduce((count, { cells }) => count + cells[of], 0);
    yield {
      ...liveLine('calcium-load', experiment, ours, machine),
      calcium,
      cells: CELLS,
      cellFramesMeasured: sum('measured'),
      cellFramesSkipped: sum('skipped'),
      events: sum('events'),
      cellUsPerFrame: calcium === 'on' ? digits(median(ours.map(({ cells }) => cells.usPerFrame))) : null,
    };
  }
}
