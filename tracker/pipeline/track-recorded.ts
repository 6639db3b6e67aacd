import type { EngineSetup } from '#engines/engine.ts';
import type { EngineHost } from '#engines/engine-host.ts';
import { nowNs } from '#protocol/clock.ts';
import { frameBytes } from '#protocol/pixel-format.ts';
import type { TrackedFrames } from '#sinks/track-sink.ts';
import { type FrameToTrack, FrameTracker } from './frame-tracker.ts';

/** Frames that wait for nobody: a stack, or any part of it. */
export interface RecordedFrames {
  /** [frame] numbers the tracks will carry. */
  readonly ids: readonly number[];
  timeNs(id: number): bigint;
  /** Reads the pixels of a frame, [row, column], little-endian. */
  readFrame(id: number, into: Uint8Array): Promise<void>;
}

const MAX_BATCH = 8;

/**
 * Tracks recorded frames in order, as fast as the engine goes, without a server.
 *
 * Where an ROI follows its bead, every frame waits for the one before it: the numbers then do not depend on the
 * speed of the machine.
 * @param onTracked tracks in frame order, valid only during the call; what it throws ends the run
 * @throws whatever reading a frame, the engine or `onTracked` throws; tracks handed on before are complete
 */
export async function trackRecorded(
  source: RecordedFrames,
  setup: EngineSetup,
  host: EngineHost,
  onTracked: (batch: TrackedFrames) => void,
  followPx?: number,
): Promise<void> {
  const bytes = frameBytes(setup);
  const follows = setup.rois.some(({ follow }) => follow);
  const lookahead = follows ? 1 : MAX_BATCH * (host.batches + 1);
  let failure: unknown = null;
  let wake = () => {};
  const tracker = new FrameTracker({
    host,
    maxBatch: MAX_BATCH,
    onTracked: (batch) => {
      try {
        if (failure === null) onTracked(batch);
      } catch (error) {
        failure = error;
      }
      wake();
    },
    onFailed: (_frames: readonly FrameToTrack[], error) => {
      failure ??= error;
      wake();
    },
    ...(followPx === undefined ? {} : { followPx }),
  });
  await tracker.configure(setup);
  for (const id of source.ids) {
    while (tracker.pending >= lookahead && failure === null) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (failure !== null) break;
    const room = host.takeRoom(bytes);
    try {
      await source.readFrame(id, room.pixels);
    } catch (error) {
      host.returnRoom(room);
      throw error;
    }
    tracker.push({ room, rois: null, id, timeNs: source.timeNs(id), receivedNs: nowNs() });
  }
  await tracker.idle();
  if (failure !== null) throw failure;
}
