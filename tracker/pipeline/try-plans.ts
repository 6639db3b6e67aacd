import type { Engine } from '#engines/engine.ts';
import type { PlanTrialMessage } from '#protocol/pipeline-message.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { Plan } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';
import { compareBeads, traceOf } from './try-figures.ts';

/** ROIs of consecutive frames, each frame's one after the other as the layout `rois` has them. */
export interface TrialFrames {
  width: number;
  height: number;
  pixelFormat: PixelFormat;
  /** [frame] ns since the first. */
  timeNs: number[];
  /** [frame] pixels */
  pixels: ArrayBuffer[];
  /** [frame] where the ROIs were; the same beads and sizes in all. */
  rois: Roi[][];
}

/** A plan with the Z-LUTs that fit it. */
export interface TriedPlan {
  plan: Plan;
  zLuts: ZLut[];
  /** [bead] index into `zLuts`, -1 for none. */
  zLutOfBead: number[];
}

export interface TrialOptions {
  present: TriedPlan;
  proposed: TriedPlan;
  /** Bead whose traces are wanted. */
  traceOf: number | null;
  /** Time after which no further frame is begun, ms. */
  mostMs: number;
}

/** A plan on its engine. */
interface Runner {
  engine: Engine;
  row: TrackTable;
  all: TrackTable;
  /** [frame] ms */
  tookMs: number[];
}

/**
 * Tracks the same frames with two plans, frame by frame in turn, so that whatever else the machine does slows both.
 * @param open a new engine that computes in this thread
 */
export async function tryPlans(
  frames: TrialFrames,
  { present, proposed, traceOf: bead, mostMs }: TrialOptions,
  open: () => Promise<Engine>,
): Promise<Omit<PlanTrialMessage, 'type' | 'id'>> {
  const startMs = performance.now();
  const runners = [await start(present, frames, open), await start(proposed, frames, open)] as const;
  const [before, after] = runners;
  let tried = 0;
  while (tried < frames.pixels.length && (tried === 0 || performance.now() - startMs < mostMs)) {
    for (const runner of runners) await trackFrame(runner, frames, tried);
    tried++;
  }
  for (const { engine } of runners) await engine.close();
  const rois = frames.rois[0]!;
  const timeS = Float64Array.from(frames.timeNs.slice(0, tried), (ns) => ns / 1e9);
  const usPerRoi = ({ tookMs }: Runner) => (1000 * median(tookMs)) / rois.length;
  return {
    frames: tried,
    spanS: timeS[tried - 1]!,
    usPerRoi: { present: usPerRoi(before), proposed: usPerRoi(after) },
    beads: compareBeads(rois, before.all, after.all, tried),
    trace: traceOf(rois, bead, timeS, before.all, after.all),
  };
}

async function start(tried: TriedPlan, frames: TrialFrames, open: () => Promise<Engine>): Promise<Runner> {
  const { width, height, pixelFormat, pixels } = frames;
  const rois = frames.rois[0]!;
  const fits = planFits(tried.plan);
  const engine = await open();
  const setup = { ...tried, width, height, pixelFormat, layout: 'rois', rois, profiles: false } as const;
  await engine.configure(setup);
  const runner = {
    engine,
    row: createTrackTable(1, rois.length, 0, fits),
    all: createTrackTable(pixels.length, rois.length),
    tookMs: [],
  };
  // What is compiled and allocated at first is not the plan's time.
  await engine.track([pixels[0]!], runner.row);
  return runner;
}

async function trackFrame(
  { engine, row, all, tookMs }: Runner,
  { pixels, rois }: TrialFrames,
  frame: number,
): Promise<void> {
  await engine.moveRois(rois[frame]!);
  const startMs = performance.now();
  await engine.track([pixels[frame]!], row);
  tookMs.push(performance.now() - startMs);
  for (const column of ['xPx', 'yPx', 'zNm', 'score', 'status'] as const) {
    all[column].set(row[column], frame * all.beads);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
