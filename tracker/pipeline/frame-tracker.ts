import type { EngineSetup } from '#engines/engine.ts';
import { BatchFailure, type EngineThread } from '#engines/engine-thread.ts';
import { nowNs } from '#protocol/clock.ts';
import type { Roi } from '#protocol/roi.ts';
import { type TrackTable, trackTableBytes, trackTableOver } from '#protocol/track-table.ts';
import type { TrackedFrame, TrackedFrames } from '#sinks/track-sink.ts';
import { planRadii } from '#stages/plan.ts';
import { FOLLOW_PX, RoiFollower } from './follow-rois.ts';

/** A whole frame on its way to an engine. */
export interface FrameToTrack {
  /** Whole frame as the camera sent it, aligned; handed back through `onBufferFree`. */
  pixels: ArrayBuffer;
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
}

export interface FrameTrackerOptions {
  /** Threads that share the work; all must be of one kind. */
  threads: readonly EngineThread[];
  /** Frames of one batch at most. */
  maxBatch: number;
  /** Batches a thread may hold: 1 keeps latency low, 2 hides the hand-over. */
  batchesPerThread: number;
  /** Tracks, in frame order; valid only during the call. */
  onTracked(batch: TrackedFrames): void;
  /** Frames the engine failed on. */
  onFailed(frames: readonly FrameToTrack[], error: Error): void;
  /** A frame buffer is free again. */
  onBufferFree(pixels: ArrayBuffer): void;
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
  thread: number;
  table: TrackTable | null;
  error: Error | null;
  settled: boolean;
  submittedNs: bigint;
  trackedNs: bigint;
}

/**
 * Carries frames through engine threads in batches and hands their tracks on in frame order.
 *
 * A batch closes when a thread is free, so a lightly loaded tracker sends every frame at once and a busy one
 * sends larger batches. The same for live cameras and recorded stacks.
 */
export class FrameTracker {
  readonly #options: FrameTrackerOptions;
  readonly #load: number[];
  #setup: EngineSetup | null = null;
  #radii = 0;
  #setupCount = 0;
  #follower: RoiFollower | null = null;
  #waiting: FrameToTrack[] = [];
  #inFlight: Batch[] = [];
  #freeTables: ArrayBuffer[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(options: FrameTrackerOptions) {
    this.#options = options;
    this.#load = options.threads.map(() => 0);
  }

  /** Frames pushed and not yet handed on. */
  get pending(): number {
    return this.#inFlight.reduce((sum, batch) => sum + batch.frames.length, this.#waiting.length);
  }

  /** ROIs, Z-LUTs and plan of every batch that starts from now on. */
  async configure(setup: EngineSetup): Promise<void> {
    const { threads } = this.#options;
    const radii = setup.rois.map(({ size }) => planRadii(setup.plan, size));
    this.#setup = setup;
    this.#setupCount++;
    const { followPx = FOLLOW_PX } = this.#options;
    const follows = setup.rois.some(({ follow }) => follow);
    this.#follower = follows ? new RoiFollower(setup, setup.rois.length, followPx) : null;
    this.#radii = setup.profiles ? Math.max(0, ...radii) : 0;
    const configured = setup.rois.length > 0 ? threads.map((thread) => thread.configure(setup)) : [];
    this.#start();
    await Promise.all(configured);
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
    while (setup && this.#waiting.length > 0) {
      const thread = this.#load.indexOf(Math.min(...this.#load));
      if (this.#load[thread]! >= this.#options.batchesPerThread) return;
      const frames = this.#waiting.splice(0, this.#options.maxBatch);
      const batch: Batch = {
        frames,
        rois: setup.rois,
        setupCount: this.#setupCount,
        thread,
        table: null,
        error: null,
        settled: false,
        submittedNs: nowNs(),
        trackedNs: 0n,
      };
      this.#load[thread]!++;
      this.#inFlight.push(batch);
      void this.#track(batch, setup.rois.length);
    }
  }

  async #track(batch: Batch, beads: number): Promise<void> {
    const { onBufferFree, threads } = this.#options;
    const bytes = trackTableBytes(batch.frames.length, beads, this.#radii);
    const reused = this.#freeTables.findIndex((table) => table.byteLength >= bytes);
    const table = reused < 0 ? new ArrayBuffer(bytes) : this.#freeTables.splice(reused, 1)[0]!;
    const pixels = batch.frames.map((frame) => frame.pixels);
    try {
      if (beads === 0) {
        batch.table = trackTableOver(table, batch.frames.length, 0, 0);
        pixels.forEach(onBufferFree);
      } else {
        const tracked = await threads[batch.thread]!.track(pixels, table, beads, this.#radii);
        batch.table = tracked.table;
        tracked.frames.forEach(onBufferFree);
      }
    } catch (error) {
      batch.error = error as Error;
      if (error instanceof BatchFailure) {
        error.frames.forEach(onBufferFree);
        if (error.table) this.#freeTables.push(error.table);
      }
    }
    batch.trackedNs = nowNs();
    batch.settled = true;
    this.#load[batch.thread]!--;
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
        if (this.#freeTables.length < 8) this.#freeTables.push(batch.table.buffer);
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
    const { onRoisMoved, threads } = this.#options;
    this.#setup = { ...setup, rois };
    // A thread that cannot move an ROI is gone: its next batch fails and says why.
    for (const thread of threads) thread.moveRois(rois).catch(() => {});
    onRoisMoved?.(rois);
  }
}
