import type { Roi } from '#protocol/roi.ts';
import type { Plan } from '#stages/plan.ts';
import type { EngineHost } from './engine-host.ts';
import { ringExample } from './ring-example.ts';
import { filledRoom } from './self-test.ts';

/** What will be tracked, as far as it is known before the first frame. */
export interface Workload {
  beads: number;
  /** px of an ROI. */
  roiSize: number;
  /** px of a frame; at least what the ROIs take side by side. */
  width: number;
  height: number;
}

/** A usual experiment. */
export const USUAL_WORKLOAD: Workload = { beads: 100, roiSize: 64, width: 1280, height: 1024 };

/** The largest ROIs stand for all; undefined without any. */
export function workloadOf(
  rois: readonly Roi[],
  { width, height }: { width: number; height: number },
): Workload | undefined {
  if (rois.length === 0) return undefined;
  return { beads: rois.length, roiSize: Math.max(...rois.map(({ size }) => size)), width, height };
}

const PLANES = 200;
const FRAMES_PER_BATCH = 4;
const MEASURE_MS = 250;

/**
 * ROIs a second of an engine that always has as many batches as it takes; frames are copied to it as a camera's are.
 * @param forMs about how long it may take
 */
export async function measureSpeed(
  host: EngineHost,
  plan?: Plan,
  workload = USUAL_WORKLOAD,
  forMs = MEASURE_MS,
): Promise<number> {
  const { beads, roiSize } = workload;
  const { setup, frame } = ringExample(beads, roiSize, PLANES, plan, workload);
  await host.configure(setup);
  const trackBatch = async () => {
    const rooms = Array.from({ length: FRAMES_PER_BATCH }, () => filledRoom(host, frame));
    host.returnTable(await host.track(rooms));
  };
  // The first one compiles and makes the rooms.
  await trackBatch();
  const startMs = performance.now();
  let batches = 0;
  const lane = async () => {
    do {
      await trackBatch();
      batches++;
    } while (performance.now() - startMs < forMs);
  };
  await Promise.all(Array.from({ length: host.batches }, lane));
  return (batches * FRAMES_PER_BATCH * beads * 1000) / (performance.now() - startMs);
}

/** `83 000 ROI/s` or `1.2 M ROI/s`. */
export function describeSpeed(roisPerSecond: number): string {
  if (roisPerSecond >= 1e6) return `${(roisPerSecond / 1e6).toPrecision(2)} M ROI/s`;
  const rounded = Number(roisPerSecond.toPrecision(2));
  return `${rounded.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ' ')} ROI/s`;
}
