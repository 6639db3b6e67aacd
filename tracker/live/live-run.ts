import type { ChosenEngine } from '#engines/choose-engine.ts';
import type { EngineSetup } from '#engines/engine.ts';
import type { FrameRoom } from '#engines/engine-host.ts';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { type FrameToTrack, FrameTracker } from '#pipeline/frame-tracker.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import { ProtocolError, type TweezertrackError } from '#protocol/errors.ts';
import { describeShape } from '#protocol/pixel-format.ts';
import type { PlacedRoi } from '#protocol/place-beads.ts';
import { assertRoiInFrame, type Roi } from '#protocol/roi.ts';
import { assertZLutFits } from '#protocol/z-lut.ts';
import type { RunRecorder } from '#recording/run-recorder.ts';
import { createRoiTable, type RoiTable } from '#rois/roi-table.ts';
import type { LatencySummaries } from '#sinks/latency.ts';
import type { PositionSource } from '#sinks/position-source.ts';
import type { FrameGap, TrackedFrames, TrackSink } from '#sinks/track-sink.ts';
import { type Plan, planMethod } from '#stages/plan.ts';
import { type PlanInUse, type RunDescription, RunRecorders, zLutsInUse } from './run-recorders.ts';

/** Looks at frames before they are tracked. */
export interface FrameWatcher {
  /** @param frame its views are valid during the call only */
  received(frame: ReceivedFrame, rois: readonly Roi[]): void;
}

/** What a run is made with; it holds until the tracker stops. */
export interface LiveRunOptions {
  camera: HelloMessage;
  chosen: ChosenEngine;
  /** What batches from now on are tracked with. */
  pipeline: PlanInUse;
  /** ROIs to start with. */
  rois: readonly Roi[];
  /** px of a new ROI. */
  roiSize: number;
  /** Whether ROIs that do not say follow their beads, and how far a bead gets before they move, px. */
  follow: boolean;
  followPx: number;
  maxBatch: number;
  /** Folder to make run folders in, and whether Saving is on from the beginning. */
  recordings: string;
  saves: boolean;
  /** Of a recording that begins now. */
  describe(): RunDescription;
  /** Rows of a file that wait for the disk at most, MiB. */
  queueMiB: number;
  /** Where the time of the frames went, for the end of the recording. */
  latency(): LatencySummaries;
  /** Where motors were, beyond what cameras send; nothing when left out. */
  positions?: PositionSource;
  /** Told of tracks and gaps besides the recording. */
  sinks: readonly (TrackSink & Partial<FrameWatcher>)[];
  /** Told of the ROIs that frames to come may be cut to. */
  onRois(rois: readonly Roi[]): void;
  /** Told of every frame before it is tracked; who reads its room beyond the call holds it. */
  onReceived?(frame: ReceivedFrame, room: FrameRoom): void;
  /** Frames whose cells are being measured or wait to be. */
  cellsUnderWay?(): number;
  onFailed(frames: readonly FrameToTrack[], error: Error): void;
  onAlarm(alarm: TweezertrackError): void;
}

/**
 * One run: the frames of one camera shape, its beads, their tracks and their recording.
 * Frames that arrive while the recording is being opened wait. Where it cannot be opened, that is an alarm, and frames
 * are tracked unrecorded, but counted.
 */
export class LiveRun {
  readonly camera: HelloMessage;
  readonly roiTable: RoiTable;
  readonly #options: LiveRunOptions;
  /** Saving: on or off, whatever the camera does. */
  readonly recorders: RunRecorders;
  readonly #tracker: FrameTracker;
  #started: Promise<void> | null = null;
  #roisFollowed = false;

  constructor(options: LiveRunOptions) {
    const { camera, chosen, follow, followPx, maxBatch, onFailed, roiSize, rois } = options;
    this.camera = camera;
    this.#options = options;
    for (const roi of rois) this.#check(roi);
    const { width, height } = camera;
    this.roiTable = createRoiTable({ width, height, roiSize, follow, rois });
    this.recorders = new RunRecorders(options, this.roiTable);
    this.#tracker = new FrameTracker({
      host: chosen.host,
      maxBatch,
      onTracked: (batch, plan) => this.#tracked(batch, plan),
      onFailed: (frames, error) => {
        onFailed(frames, error);
        this.recorders.failed(frames.length);
      },
      followPx,
      onRoisMoved: (moved) => {
        this.roiTable.followed(moved);
        options.onRois(moved);
        this.#roisFollowed = true;
      },
    });
  }

  /** What the frames by now are recorded with, or null. */
  get recorder(): RunRecorder | null {
    return this.recorders.current;
  }

  /**
   * Frames of a run are alike.
   * @throws {ProtocolError} naming both shapes
   */
  assertSameShape(hello: HelloMessage): void {
    const expected = describeShape(this.camera);
    if (expected === describeShape(hello)) return;
    throw new ProtocolError({
      where: `camera '${hello.camera}'`,
      expected: `${expected}, as this run began`,
      received: describeShape(hello),
      remedy: 'restart the tracker for another frame size',
    });
  }

  /** Opens the recording and starts tracking. */
  start(): Promise<void> {
    this.#started = this.#open();
    return this.#started;
  }

  /** Takes a frame; its views are copied. */
  frame(frame: ReceivedFrame): void {
    const { id, timeNs, receivedNs, pixels, rois, positions = null } = frame;
    const { chosen, onReceived } = this.#options;
    // The only copy of the pixels on the host; it aligns them, too.
    const room = chosen.host.takeRoom(pixels.length);
    room.pixels.set(pixels);
    this.recorders.received();
    onReceived?.(frame, room);
    this.#tracker.push({ room, rois, id, timeNs, receivedNs, positions });
    for (const sink of this.#options.sinks) sink.received?.(frame, this.roiTable.list());
  }

  gap(gap: FrameGap): void {
    this.recorders.gap(gap);
    for (const sink of this.#options.sinks) sink.gap?.(gap);
  }

  /** Adds a bead where somebody clicked; it is tracked from the next batch on. */
  async addBead(xPx: number, yPx: number, size?: number): Promise<Roi> {
    const roi = this.roiTable.add(xPx, yPx, size);
    try {
      this.#checkZLut(roi);
    } catch (error) {
      this.roiTable.remove(roi.bead);
      throw error;
    }
    await this.#configure();
    return roi;
  }

  async moveBead(bead: number, xPx: number, yPx: number): Promise<Roi> {
    const roi = this.roiTable.move(bead, xPx, yPx);
    await this.#configure();
    return roi;
  }

  /** @throws {ZLutError} when a Z-LUT is of another ROI size: nothing is changed */
  async placeBeads(rois: readonly PlacedRoi[], removed: readonly number[]): Promise<readonly Roi[]> {
    const placed = this.roiTable.place(rois, removed, (roi) => this.#checkZLut(roi));
    await this.#configure();
    return placed;
  }

  async removeBead(bead: number): Promise<void> {
    this.roiTable.remove(bead);
    await this.#configure();
  }

  /** Has the ROI of a bead move with it, or stay. */
  async followBead(bead: number, follow: boolean): Promise<void> {
    this.roiTable.setFollow(bead, follow);
    await this.#configure();
  }

  /**
   * Tracks with the Z-LUTs that `zLutOf` tells by now.
   * @throws {ZLutError} when one does not fit: those before stay in use
   */
  async zLutsChanged(): Promise<void> {
    for (const roi of this.roiTable.list()) this.#checkZLut(roi);
    await this.#configure();
  }

  /**
   * Tracks with another plan: every frame with the one before or with it. A recording has one plan, so that the first
   * frame of the next begins another.
   * @param use makes the pipeline of the options the next
   * @returns number of that frame, once it is tracked
   */
  async changePlan(next: PlanInUse, use: () => void): Promise<{ firstFrame: Promise<number> }> {
    const begun = await this.recorders.changePlan(next);
    use();
    await this.#configure();
    return begun;
  }

  /** Whether ROIs have followed their beads since this was last asked. */
  takeRoisFollowed(): boolean {
    const followed = this.#roisFollowed;
    this.#roisFollowed = false;
    return followed;
  }

  /** Frames that were tracked but should have been recorded, too. */
  get overruns(): number {
    return this.recorders.overruns;
  }

  /**
   * Tracks what has arrived, then closes the recording.
   * @throws {RecordingError} when the disk does not take its end
   */
  async close(): Promise<void> {
    const started = await this.#started?.then(
      () => true,
      () => false,
    );
    if (started) await this.#tracker.idle();
    try {
      await this.recorders.close();
    } finally {
      for (const sink of this.#options.sinks) await sink.close();
    }
  }

  async #open(): Promise<void> {
    await this.recorders.open();
    await this.#configure();
  }

  #tracked(batch: TrackedFrames, plan: Plan): void {
    this.recorders.tracked(batch, plan);
    for (const sink of this.#options.sinks) sink.tracked(batch);
  }

  async #configure(): Promise<void> {
    const setup = this.#setup();
    const configured = this.#tracker.configure(setup);
    this.#options.onRois(setup.rois);
    await configured;
  }

  #setup(): EngineSetup {
    const { pipeline } = this.#options;
    const { plan } = pipeline;
    const zLutOf = (bead: number) => pipeline.zLutOf(bead);
    const { width, height, pixelFormat } = this.camera;
    const rois = this.roiTable.list().map((roi) => ({ ...roi }));
    const zLuts = zLutsInUse(rois, zLutOf);
    const zLutOfBead = rois.map(({ bead }) => {
      const zLut = zLutOf(bead);
      return zLut ? zLuts.indexOf(zLut) : -1;
    });
    return { plan, width, height, pixelFormat, rois, zLuts, zLutOfBead, profiles: false };
  }

  #check(roi: Roi): void {
    assertRoiInFrame(roi, this.camera);
    this.#checkZLut(roi);
  }

  #checkZLut({ bead, size }: Roi): void {
    const { pipeline } = this.#options;
    const zLut = pipeline.zLutOf(bead);
    if (zLut) assertZLutFits(zLut, bead, planMethod(pipeline.plan, size));
  }
}
