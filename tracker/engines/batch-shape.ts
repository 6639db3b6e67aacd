import { FrameError } from '#protocol/errors.ts';
import { layoutBytes } from '#protocol/frame-layout.ts';
import { planRadii } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';
import type { EngineSetup } from './engine.ts';
import type { FrameRoom } from './engine-host.ts';

/** What a batch of a setup looks like. */
export interface BatchShape {
  beads: number;
  /** Radii of a stored profile; 0 when none is. */
  radii: number;
  /** Whether tables have the columns of a fit. */
  fits: boolean;
  /** Bytes of a frame. */
  frameBytes: number;
}

export function batchShape(setup: EngineSetup): BatchShape {
  const { layout, plan, profiles, rois } = setup;
  const radii = profiles ? rois.map(({ size }) => planRadii(plan, size)) : [];
  const frameBytes = layoutBytes(setup, rois, layout);
  return { beads: rois.length, radii: Math.max(0, ...radii), fits: planFits(plan), frameBytes };
}

/**
 * Holds frames to the setup they will be tracked with: beyond a short one lie the pixels of another.
 * @throws {FrameError} when one is too short
 */
export function assertFrames(rooms: readonly FrameRoom[], { frameBytes }: BatchShape): void {
  for (const { pixels } of rooms) {
    if (pixels.length >= frameBytes) continue;
    const [expected, received] = [`${frameBytes} bytes, as it was set up`, `${pixels.length}`];
    throw new FrameError({ where: 'frame to track', expected, received });
  }
}
