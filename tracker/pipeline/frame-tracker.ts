import type { EngineSetup } from '#engines/engine.ts';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import { nowNs } from '#protocol/clock.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { TrackedFrame, TrackedFrames } from '#sinks/track-sink.ts';
import { FOLLOW_PX, RoiFollower } from './follow-rois.ts';

/** A frame on its way to an engine. */
export interface FrameToTrack {
  /** Its pixels, in a room of the engine's, which is the engine's again from `push` on. */
  room: FrameRoom;
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
}

export interface FrameTrackerOptions {
  host: EngineHost;
  /** Frames of one batch at most. */
  maxBatch: number;
  /** Tracks, in frame order; valid only during the call. */
  onTracked(batch: TrackedFrames): void;
  /** Frames the engine failed on. */
  onFailed(frames: readonly FrameToTrack[], error: Error): void;
  /** How far a bead gets from the middle of an ROI that follows it before the ROI moves, px. */
  followPx?: number;
  /** ROIs moved with their beads; batches that start from now on are tracked with these. */
  onRoisMoved?(rois: readonly Roi[]): void;
}

interface Batch {
  frames: FrameToTrack[];
  rois: readonly Roi[];
  /** Setup it was started with; those that only follow beads do not count. */
  setupCount: number;
  table: TrackTable | null;
  error: Error | null;
  settled: boolean;
  submittedNs: bigint;
  trackedNs: bigint;
}

/**
 * Carries frames through an engine in batches and hands their tracks on in frame order.
 *
 * A batch closes when the engine can take one, so a lightly loaded tracker sends every frame at once and a busy one
 * sends larger batches. The same for live cameras and recorded stacks.
 */
export class FrameTracker {
  readonly #options: FrameTrackerOptions;
  #setup: EngineSetup | null = null;
  #setupCount = 0;
  #follower: RoiFollower | null = null;
  #waiting: FrameToTrack[] = [];
  #inFlight: Batch[] = [];
  /** Batches with the engine. */
  #load = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: FrameTrackerOptions) {
    this.#options = options;
  }

  /** Frames pushed and not yet handed on. */
  get pending(): number {
    return this.#inFlight.reduce((sum, batch) => sum + batch.frames.length, this.#waiting.length);
  }

  /** ROIs, Z-LUTs and plan of every batch that starts from now on. */
  async configure(setup: EngineSetup): Promise<void> {
    const { followPx = FOLLOW_PX, host } = this.#options;
    this.#setup = setup;
    this.#setupCount++;
    const follows = setup.rois.some(({ follow }) => follow);
    this.#follower = follows ? new RoiFollower(setup, setup.rois.length, followPx) : null;
    const configured = setup.rois.length > 0 ? host.configure(setup) : null;
    this.#start();
    await configured;
  }

  /** Takes a frame; its tracks or its failure follow. */
  push(frame: FrameToTrack): void {
    this.#waiting.push(frame);
    this.#start();
  }

  /** Resolves when every frame pushed so far has been handed on or has failed. */
  idle(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #start(): void {
    const setup = this.#setup;
    while (setup && this.#waiting.length > 0 && this.#load < this.#options.host.batches) {
      const frames = this.#waiting.splice(0, this.#options.maxBatch);
      const batch: Batch = {
        frames,
        rois: setup.rois,
        setupCount: this.#setupCount,
        table: null,
        error: null,
        settled: false,
        submittedNs: nowNs(),
        trackedNs: 0n,
      };
      this.#load++;
      this.#inFlight.push(batch);
      void this.#track(batch, setup.rois.length);
    }
  }

  async #track(batch: Batch, beads: number): Promise<void> {
    const { host } = this.#options;
    const rooms = batch.frames.map(({ room }) => room);
    try {
      if (beads > 0) batch.table = await host.track(rooms);
      else {
        batch.table = createTrackTable(rooms.length, 0);
        for (const room of rooms) host.returnRoom(room);
      }
    } catch (error) {
      batch.error = error as Error;
    }
    batch.trackedNs = nowNs();
    batch.settled = true;
    this.#load--;
    this.#start();
    this.#emit();
  }

  #emit(): void {
    while (this.#inFlight[0]?.settled) {
      const batch = this.#inFlight.shift()!;
      if (batch.table) {
        const { submittedNs, trackedNs } = batch;
        const frames: TrackedFrame[] = batch.frames.map(({ id, timeNs, receivedNs }) => {
          return { id, timeNs, receivedNs, submittedNs, trackedNs };
        });
        this.#options.onTracked({ frames, rois: batch.rois, table: batch.table });
        this.#follow(batch.setupCount, batch.table);
        this.#options.host.returnTable(batch.table);
      } else this.#options.onFailed(batch.frames, batch.error!);
    }
    if (this.pending > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Moves the ROIs that follow their beads, unless the tracks are of ROIs somebody has changed since. */
  #follow(setupCount: number, table: TrackTable): void {
    const setup = this.#setup!;
    if (!this.#follower || setupCount !== this.#setupCount) return;
    const rois = this.#follower.follow(setup.rois, table);
    if (!rois) return;
    const { host, onRoisMoved } = this.#options;
    this.#setup = { ...setup, rois };
    // An engine that cannot move an ROI is gone: its next batch fails and says why.
    host.moveRois(rois).catch(() => {});
    onRoisMoved?.(rois);
  }
}
