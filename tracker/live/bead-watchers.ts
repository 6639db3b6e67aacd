import type { FrameShape } from '#protocol/pixel-format.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import type { TrackSink } from '#sinks/track-sink.ts';
import { LiveProfile } from './live-profile.ts';
import type { FrameWatcher } from './live-run.ts';
import { LiveTiles } from './live-tiles.ts';
import type { PlanInUse } from './run-recorders.ts';

/** What looks at the ROIs of frames for viewers that ask for it. */
export function beadWatchers(
  hub: LiveHub,
  shape: FrameShape,
  pipeline: PlanInUse,
): readonly (TrackSink & FrameWatcher)[] {
  const zLutOf = (bead: number) => pipeline.zLutOf(bead);
  const profile = new LiveProfile({
    ...{ hub, shape, zLutOf },
    get plan() {
      return pipeline.plan;
    },
  });
  return [profile, new LiveTiles({ hub, shape })];
}
