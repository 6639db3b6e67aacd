import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildInChild } from '#calibration/build-in-child.ts';
import { Calibration } from '#calibration/calibration.ts';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { hostClock } from '#motors/clock.ts';
import { nowNs } from '#protocol/clock.ts';
import { type TweezertrackError, ZLutError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import type { EventMessage, SnapshotMessage } from '#protocol/live.ts';
import type { StaleZLut } from '#protocol/sweep.ts';
import type { CalibrationRequest } from '#protocol/sweep-request.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import { RUN_FILES, Z_LUT_CHANGES_HEADER } from '#recording/run-record.ts';
import type { LiveHub } from '#sinks/live-hub.ts';
import type { TrackedFrames, TrackSink } from '#sinks/track-sink.ts';
import { ZLutStaleness } from '#sinks/z-lut-staleness.ts';
import type { Plan } from '#stages/plan.ts';
import type { Config } from '../config.ts';
import type { LiveRun } from './live-run.ts';
import { StackBuild } from './stack-build.ts';
import { zLutFolders } from './z-lut-files.ts';
import { ZLutShelf } from './z-lut-shelf.ts';

export interface LiveCalibrationOptions {
  config: Config;
  /** The plan that runs. */
  planNow(): Plan;
  /** Z-LUT of a bead, by id, before one was calibrated; or null. */
  zLutOf(bead: number): ZLut | null;
  /** The focus stage of the settings; the camera's when left out. */
  focusStage?: FocusStage | undefined;
  /** The same stage, of which others look at the readings. */
  watchFocus(stage: FocusStage | null): FocusStage | null;
  hub: Pick<LiveHub, 'announce'>;
  run(): LiveRun | null;
  cameraConnected(): boolean;
  /** Told that beads have other Z-LUTs. */
  onBeads(): void;
  event(level: EventMessage['level'], text: string): void;
}

/** Calibration in a running tracker: frames and focus stage come from the camera, Z-LUTs go to its beads. */
export class LiveCalibration implements TrackSink {
  readonly #options: LiveCalibrationOptions;
  readonly #calibration: Calibration;
  readonly #staleness: ZLutStaleness;
  /** Null for a bead whose Z-LUT was taken away. */
  readonly #assigned = new Map<number, ZLut | null>();
  /** Z-LUTs to look at and to choose from. */
  readonly shelf: ZLutShelf;
  readonly #stackBuild: StackBuild;
  #changes = 0;
  /** Folder of the recording that the last change was written into. */
  #changedIn: string | null = null;
  /** With which the newest frames were tracked. */
  #plan: Plan | null = null;

  constructor(options: LiveCalibrationOptions) {
    const { config, event, focusStage, hub, planNow, run } = options;
    const { fromNm, toNm, moveTimeoutMs, toleranceNm } = config.focusStage;
    const folders = zLutFolders(config);
    this.#options = options;
    this.#staleness = new ZLutStaleness(
      (bead) => this.zLutOf(bead) !== null,
      (stale) => {
        event('warning', describeStale(stale));
        this.#tell();
      },
    );
    this.#stackBuild = new StackBuild({
      ...{ folders, planNow, event },
      changed: () => this.#tell(),
    });
    this.#calibration = new Calibration({
      folder: join(config.recording.folder, 'sweeps'),
      limits: { fromNm, toNm, moveTimeoutMs, toleranceNm },
      planNow,
      clock: hostClock,
      camera: () => (options.cameraConnected() ? (run()?.camera ?? null) : null),
      rois: () => run()?.roiTable.list() ?? [],
      build: buildInChild,
      assign: (zLuts) => this.#assign(zLuts),
      changed: () => this.#tell(),
      plane: (message) => hub.announce(message),
      event,
      stale: () => this.#staleness.list(),
    });
    this.shelf = new ZLutShelf({
      get plan() {
        return planNow();
      },
      folders,
      rois: () => run()?.roiTable.list() ?? [],
      zLutOf: (bead) => this.zLutOf(bead),
      firstZLutOf: (bead) => options.zLutOf(bead),
    });
    if (focusStage) this.#calibration.useFocusStage(options.watchFocus(focusStage));
  }

  /** Z-LUT that a bead is tracked with, or null. */
  zLutOf(bead: number): ZLut | null {
    const assigned = this.#assigned.get(bead);
    return assigned === undefined ? this.#options.zLutOf(bead) : assigned;
  }

  /** The focus stage of a camera that came, or null when it left; that of the settings goes before. */
  useCameraFocus(stage: FocusStage | null): void {
    const { focusStage, watchFocus } = this.#options;
    if (!focusStage) this.#calibration.useFocusStage(watchFocus(stage));
  }

  cameraGone(): void {
    this.#calibration.cameraGone();
  }

  /** A frame on its way to the engine. */
  frame(frame: ReceivedFrame): void {
    this.#calibration.frame(frame);
  }

  tracked(batch: TrackedFrames): void {
    if (this.#plan !== this.#options.planNow()) {
      this.#plan = this.#options.planNow();
      // What was usual with another plan is no more.
      for (const { bead } of batch.rois) this.#staleness.forget(bead);
    }
    this.#staleness.tracked(batch);
  }

  /** @throws {TweezertrackError} when it cannot be done */
  async control(request: CalibrationRequest): Promise<void> {
    if (request.type === 'z-lut-build') return this.#stackBuild.start(request);
    if (request.type === 'z-lut-build-stop') return this.#stackBuild.stop();
    if (request.type !== 'z-lut-assign') return this.#calibration.control(request);
    const zLuts = await this.shelf.wanted(request);
    await this.#assign(zLuts);
    const what = request.zLut === null ? 'without a Z-LUT' : `with the Z-LUT ${request.zLut}`;
    this.#options.event('info', `tracking ${what}: bead ${[...zLuts.keys()].join(', ')}`);
  }

  /**
   * Beads go on without Z-LUTs, and with what `change` does to them, both from the same batch on.
   * @throws {TweezertrackError} of `change`: they keep their Z-LUTs
   */
  async takeOff(beads: readonly number[], change: () => Promise<void>): Promise<void> {
    await this.#assign(new Map(beads.map((bead) => [bead, null])), change);
    this.#options.event('info', `tracking without a Z-LUT: bead ${beads.join(', ')}`);
  }

  /** Beads of a run that is yet to begin have no Z-LUTs. */
  leaveOff(beads: readonly number[]): void {
    for (const bead of beads) this.#assigned.set(bead, null);
  }

  /** What a status message says. */
  get status(): Required<Pick<SnapshotMessage, 'calibration'>> {
    return { calibration: { ...this.#calibration.status, stackBuild: this.#stackBuild.status } };
  }

  /** What a snapshot says. */
  get snapshot(): Required<Pick<SnapshotMessage, 'calibration' | 'sweepPlanes'>> {
    return { ...this.status, sweepPlanes: this.#calibration.planes };
  }

  /** A run ends, and with it nothing here. */
  async close(): Promise<void> {}

  /** Ends what is under way; the focus returns if there is time. */
  async end(): Promise<void> {
    await this.#stackBuild.stop();
    await this.#calibration.close();
    await this.#options.focusStage?.close();
    await this.shelf.close();
  }

  #tell(): void {
    // Sweeps that were found on disk may be told of before there is anybody to tell.
    if (!this.#calibration) return;
    this.#options.hub.announce({ type: 'calibration', ...this.status });
  }

  /** @param use has the run track with them */
  async #assign(
    zLuts: ReadonlyMap<number, ZLut | null>,
    use = (run: LiveRun) => run.zLutsChanged(),
  ): Promise<void> {
    const { event, onBeads, run: runNow } = this.#options;
    const run = runNow();
    if (!run) throw new ZLutError({ where: 'Z-LUTs', expected: 'a camera', received: 'none' });
    const before = new Map(this.#assigned);
    for (const [bead, zLut] of zLuts) this.#assigned.set(bead, zLut);
    // Batches that go to the engine from now on have them.
    const timeNs = nowNs();
    try {
      await use(run);
    } catch (error) {
      this.#assigned.clear();
      for (const [bead, zLut] of before) this.#assigned.set(bead, zLut);
      throw error;
    }
    for (const bead of zLuts.keys()) this.#staleness.forget(bead);
    onBeads();
    const folder = run.recorder?.folder;
    if (folder !== undefined) {
      // A recording without its Z-LUT is better than none.
      await this.#record(folder, timeNs, zLuts).catch((cause: TweezertrackError) =>
        event('error', cause.message),
      );
    }
  }

  async #record(folder: string, timeNs: bigint, zLuts: ReadonlyMap<number, ZLut | null>): Promise<void> {
    const changes = join(folder, RUN_FILES.zLutChanges);
    if (this.#changedIn !== folder) await appendFile(changes, Z_LUT_CHANGES_HEADER);
    this.#changedIn = folder;
    for (const [bead, zLut] of zLuts) {
      const change = this.#changes++;
      // No name: the bead has none from now on.
      const file = zLut ? `z-lut-change-${change}.zlut` : '';
      if (zLut) await writeZLut(join(folder, file), zLut);
      await appendFile(changes, `${timeNs},${bead},${file}\n`);
    }
  }
}

function describeStale({ bead, measure, now, usual, sd }: StaleZLut): string {
  const name = measure === 'score' ? 'match score' : 'chi-squared';
  const way = measure === 'score' ? 'fell' : 'rose';
  return `Z-LUT stale: the ${name} of bead ${bead} ${way} from ${usual.toFixed(3)} (sd ${sd.toFixed(4)}) to ${now.toFixed(3)}; calibrate it again`;
}
