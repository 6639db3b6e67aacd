import type { FrameShape } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { Plan } from '#stages/plan.ts';
import type { CheckedFrames } from './check.ts';
import type { CenteredImage } from './check-center.ts';
import { findPasses } from './passes.ts';
import { measureMotion } from './reference-drift.ts';
import { judgeFrames } from './rejection.ts';
import { SweepImages } from './sweep-images.ts';
import { focusZNm } from './sweep-planes.ts';
import { samplesOf } from './sweep-samples.ts';
import { type SweepEngine, type SweepFrame, trackSweep } from './sweep-tracks.ts';
import { beadVisits } from './sweep-visits.ts';

export interface CheckStackOptions {
  engine: SweepEngine;
  plan: Plan;
  shape: FrameShape;
  roi: Roi;
  /** Of the stack, for the report. */
  name: string;
  /** Whether the Z-LUT was made of this stack. */
  own: boolean;
}

/** Frames of a sweep as a check needs them, tracked and judged as for building. */
export async function framesToCheck(
  frames: AsyncIterable<SweepFrame>,
  { engine, plan, shape, roi, name, own }: CheckStackOptions,
): Promise<{ frames: CheckedFrames; images: CenteredImage[] }> {
  const kept = new SweepImages([roi], shape, null);
  const tracks = await trackSweep(frames, {
    ...{ engine, plan, shape, rois: [roi] },
    onFrame: (pixels, frame, rois) => kept.add(pixels, frame, rois),
  });
  const timed = tracks.timeS.every(Number.isFinite);
  const time = timed ? tracks.timeS : tracks.timeS.map((_, index) => index);
  const passes = findPasses(tracks.planeZNm, tracks.pass, time);
  const bead = tracks.of(0);
  tracks.close();
  const { used, counts } = judgeFrames(bead, passes, null);
  const visits = beadVisits(bead, passes, used, 'mean');
  const motion = measureMotion([visits], passes, [0]);
  const all = passes.map((_, pass) => pass);
  const samples = samplesOf(
    bead,
    visits,
    all,
    used,
    (visit) => focusZNm(visit, motion, time[0] ?? 0),
    tracks.focusZNm,
  );
  const rejected = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { frames: { name, samples, own, rejected }, images: kept.few(bead, 0, samples) };
}
