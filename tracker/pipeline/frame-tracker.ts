import type { EngineSetup } from '#engines/engine.ts';
import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import { nowNs } from '#protocol/clock.ts';
import type { FrameLayout } from '#protocol/frame-layout.ts';
import type { MotorPositions } from '#protocol/motor.ts';
import type { Roi } from '#protocol/roi.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import type { TrackedFrame, TrackedFrames } from '#sinks/track-sink.ts';
import type { Plan } from '#stages/plan.ts';
import { FOLLOW_PX, RoiFollower } from './follow-rois.ts';
import { flagUntrustedHeights } from './untrusted-heights.ts';

/** A frame on its way to an engine. */
export interface FrameToTrack {
  /** Its pixels, in a room of the engine's, which is the engine's again from `push` on. */
  room: FrameRoom;
  /** The list its pixels are cut to, one that `configure` was given or `onRoisMoved` told of; null for a whole frame. */
  rois: readonly Roi[] | null;
  id: number;
  timeNs: bigint;
  receivedNs: bigint;
  /** Where motors were, as the camera sent it; null or absent where it said nothing. */
  positions?: MotorPositions | null;
}

export interface FrameTrackerOptions {
  host: EngineHost;
  /** Frames of one batch at most. */
  maxBatch: number;
  /** Tracks, in frame order, and the plan that found them; valid only during the call. */
  onTracked(batch: TrackedFrames, plan: Plan): void;
  /** Frames the engine failed on. */
  onFailed(frames: readonly FrameToTrack[], error: Error): void;
  /** How far a bead gets from the middle of an ROI that follows it before the ROI moves, px. */
  followPx?: number;
  /** ROIs moved with their beads; whole frames of batches that start from now on are tracked with these. */
  onRoisMoved?(rois: readonly Roi[]): void;
}

/** A setup, and the `configure` it comes from: those that only follow beads have the same. */
interface Configured {
  setup: EngineSetup;
  count: number;
}

interface Batch {
  frames: FrameToTrack[];
  configured: Configured;
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
 *
 * A whole frame is tracked with the newest ROIs, one that is cut with those it is cut to, whatever came since.
 */
export class FrameTracker {
  readonly #options: FrameTrackerOptions;
  #newest: Configured | null = null;
  /** By its list of ROIs, for as long as frames cut to them may come. */
  readonly #configured = new WeakMap<readonly Roi[], Configured>();
  #layout: FrameLayout = 'whole';
  /** What the engine tracks with from its next batch on. */
  #atHost: { configured: Configured; layout: FrameLayout } | null = null;
  #configuring: Promise<void> | null = null;
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

  /** ROIs, Z-LUTs and plan of every whole frame whose batch starts from now on, and of those cut to these ROIs. */
  async configure(setup: EngineSetup): Promise<void> {
    const { followPx = FOLLOW_PX } = this.#options;
    this.#use({ setup, count: (this.#newest?.count ?? 0) + 1 });
    const follows = setup.rois.some(({ follow }) => follow);
    this.#follower = follows ? new RoiFollower(setup, setup.rois.length, followPx) : null;
    // Frames that are cut go on coming with the old ROIs: the engine learns of the new with the first that has them.
    if (this.#layout === 'whole') this.#prepare(this.#newest!, 'whole');
    const configuring = this.#configuring;
    this.#start();
    await configuring;
  }

  /** Takes a frame; its tracks or its failure follow. */
  push(frame: FrameToTrack): void {
    this.#layout = frame.rois ? 'rois' : 'whole';
    this.#waiting.push(frame);
    this.#start();
  }

  /** Resolves when every frame pushed so far has been handed on or has failed. */
  idle(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #use(configured: Configured): void {
    this.#newest = configured;
    this.#configured.set(configured.setup.rois, configured);
  }

  #start(): void {
    while (this.#newest && this.#waiting.length > 0 && this.#load < this.#options.host.batches) {
      const { rois } = this.#waiting[0]!;
      const configured = rois ? this.#configured.get(rois)! : this.#newest;
      const batch: Batch = {
        frames: this.#takeAlike(),
        configured,
        table: null,
        error: null,
        settled: false,
        submittedNs: nowNs(),
        trackedNs: 0n,
      };
      this.#load++;
      this.#inFlight.push(batch);
      this.#prepare(configured, rois ? 'rois' : 'whole');
      void this.#track(batch, this.#configuring);
    }
  }

  /** The first frames that wait, as far as they are cut to the same ROIs. */
  #takeAlike(): FrameToTrack[] {
    const waiting = this.#waiting;
    const most = Math.min(this.#options.maxBatch, waiting.length);
    let count = 1;
    while (count < most && waiting[count]!.rois === waiting[0]!.rois) count++;
    return waiting.splice(0, count);
  }

  /** Tells the engine what the next batch is, unless it knows. */
  #prepare(configured: Configured, layout: FrameLayout): void {
    const { host } = this.#options;
    const { setup, count } = configured;
    const before = this.#atHost;
    if (setup.rois.length === 0 || (before?.configured === configured && before.layout === layout)) return;
    this.#atHost = { configured, layout };
    const moves = before?.configured.count === count && before.layout === layout;
    const told = moves ? host.moveRois(setup.rois) : host.configure({ ...setup, layout });
    const done = Promise.all([this.#configuring, told]).then(() => {});
    this.#configuring = done;
    done
      .catch(() => {
        // Batches until then fail with it; the next one tries anew.
        this.#atHost = null;
      })
      .finally(() => {
        if (this.#configuring === done) this.#configuring = null;
      });
  }

  async #track(batch: Batch, configuring: Promise<void> | null): Promise<void> {
    const { host } = this.#options;
    const rooms = batch.frames.map(({ room }) => room);
    let table: TrackTable | null = null;
    try {
      if (batch.configured.setup.rois.length > 0) {
        table = await host.track(rooms);
        await configuring;
      } else {
        table = createTrackTable(rooms.length, 0);
        for (const room of rooms) host.returnRoom(room);
      }
      batch.table = table;
    } catch (error) {
      if (table) host.returnTable(table);
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
        const frames: TrackedFrame[] = batch.frames.map(({ id, timeNs, receivedNs, positions }) => {
          return { id, timeNs, receivedNs, submittedNs, trackedNs, positions: positions ?? null };
        });
        const { setup } = batch.configured;
        const { rois, plan } = setup;
        flagUntrustedHeights(setup, batch.table);
        this.#options.onTracked({ frames, rois, table: batch.table }, plan);
        this.#follow(batch.configured.count, batch.table);
        this.#options.host.returnTable(batch.table);
      } else this.#options.onFailed(batch.frames, batch.error!);
    }
    if (this.pending > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Moves the ROIs that follow their beads, unless the tracks are of ROIs somebody has changed since. */
  #follow(count: number, table: TrackTable): void {
    const { setup, count: newest } = this.#newest!;
    if (!this.#follower || count !== newest) return;
    const rois = this.#follower.follow(setup.rois, table);
    if (!rois) return;
    this.#use({ setup: { ...setup, rois }, count });
    this.#options.onRoisMoved?.(rois);
  }
}
