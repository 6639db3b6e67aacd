import type { LiveHub } from '#sinks/live-hub.ts';
import type { TrackSink } from '#sinks/track-sink.ts';
import { LiveProfile, type LiveProfileOptions } from './live-profile.ts';
import type { FrameWatcher } from './live-run.ts';
import { LiveTiles } from './live-tiles.ts';

export interface BeadWatchersOptions extends LiveProfileOptions {
  hub: LiveHub;
}

/** What looks at the ROIs of frames for viewers that ask for it. */
export function beadWatchers(options: BeadWatchersOptions): readonly (TrackSink & FrameWatcher)[] {
  return [new LiveProfile(options), new LiveTiles(options)];
}
