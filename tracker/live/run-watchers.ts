import type { FrameShape } from '#protocol/pixel-format.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import { MotorFeed } from '#sinks/motor-feed.ts';
import type { PositionSource } from '#sinks/position-source.ts';
import type { TrackSink } from '#sinks/track-sink.ts';
import { LiveProfile } from './live-profile.ts';
import type { FrameWatcher } from './live-run.ts';
import { LiveTiles } from './live-tiles.ts';
import type { PlanInUse } from './run-recorders.ts';

/** What looks at the frames of a run for dashboards: at its ROIs for those that ask for it, and where motors were. */
export function runWatchers(
  hub: LiveHub,
  shape: FrameShape,
  pipeline: PlanInUse,
  positions: PositionSource,
): readonly (TrackSink & Partial<FrameWatcher>)[] {
  const zLutOf = (bead: number) => pipeline.zLutOf(bead);
  const profile = new LiveProfile({
    ...{ hub, shape, zLutOf },
    get plan() {
      return pipeline.plan;
    },
  });
  return [profile, new LiveTiles({ hub, shape }), new MotorFeed(hub.open, positions)];
}
