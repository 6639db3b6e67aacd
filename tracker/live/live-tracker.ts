import type { ChosenEngine } from '#engines/choose-engine.ts';
import { CameraEndpoint, type ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { accountProblem, FrameLedger, type LedgerTotals } from '#ingest/frame-ledger.ts';
import { FrameRates } from '#pipeline/frame-rates.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import { MAIN_CAMERA } from '#protocol/camera-name.ts';
import type { TweezertrackError } from '#protocol/errors.ts';
import type { EventMessage, StatusMessage } from '#protocol/live.ts';
import { describeShape } from '#protocol/pixel-format.ts';
import { LatencyBudget } from '#sinks/latency.ts';
import { LiveHub } from '#sinks/live-hub.ts';
import type { TrackedFrames } from '#sinks/track-sink.ts';
import { BeadDetection } from './bead-detection.ts';
import { type CalciumStart, calciumStart } from './calcium-start.ts';
import type { CameraMount } from './camera-mount.ts';
import { Complaints } from './complaints.ts';
import { createRun } from './create-run.ts';
import { type AskedParts, doRequest } from './do-request.ts';
import { LiveCalcium } from './live-calcium.ts';
import { LiveCalibration } from './live-calibration.ts';
import { openLiveEngine } from './live-engine.ts';
import { LiveMotors } from './live-motors.ts';
import { LivePreview } from './live-preview.ts';
import { LiveReport } from './live-report.ts';
import type { LiveRun } from './live-run.ts';
import type { LiveServer } from './live-server.ts';
import { liveBeads, liveCamera } from './live-status.ts';
import type { LiveTrackerOptions } from './live-tracker-options.ts';
import type { MetricSources } from './metrics.ts';
import { PipelineControl } from './pipeline-control.ts';
import { Refusals } from './refusals.ts';
import { RunDesk } from './run-desk.ts';
import { runWatchers } from './run-watchers.ts';
import { serveCameras } from './serve-cameras.ts';

/** A tracker of one camera: waits for it, tracks, records, and shows it. */
export class LiveTracker {
  readonly engine: ChosenEngine;
  /** Where the time of every frame went. */
  readonly latency = new LatencyBudget();
  readonly #options: LiveTrackerOptions;
  readonly #ledger: FrameLedger;
  readonly #endpoint: CameraEndpoint;
  readonly #hub: LiveHub;
  readonly #desk: RunDesk;
  readonly #preview: LivePreview;
  readonly #calibration: LiveCalibration;
  readonly #calcium: LiveCalcium;
  readonly #motors: LiveMotors;
  readonly #detection: BeadDetection;
  readonly #pipeline: PipelineControl;
  readonly #report: LiveReport;
  readonly #rates = new FrameRates();
  readonly #complaints = new Complaints();
  readonly #refusals = new Refusals((error) => this.#complain('warning', error));
  #run: LiveRun | null = null;
  #cameraConnected = false;
  #server: LiveServer | null = null;

  /** Opens one with a server of its own. */
  static async start(options: LiveTrackerOptions): Promise<LiveTracker> {
    const tracker = await LiveTracker.open(options);
    try {
      const { config, log } = options;
      tracker.#server = await serveCameras(new Map([[MAIN_CAMERA, tracker]]), config.server, log);
      return tracker;
    } catch (error) {
      await tracker.close();
      throw error;
    }
  }

  /** Opens one that a server has yet to be led to, by its `mount`. */
  static async open(options: LiveTrackerOptions): Promise<LiveTracker> {
    let tracker: LiveTracker | null = null;
    const cells = await calciumStart(options);
    const engine = await openLiveEngine(options, (text) => tracker?.notice(text));
    try {
      tracker = new LiveTracker(options, engine, cells);
    } catch (error) {
      await engine.host.close();
      throw error;
    }
    // No first frame should wait for it.
    if (options.config.recording.enabled) void import('#recording/run-recorder.ts');
    return tracker;
  }

  private constructor(options: LiveTrackerOptions, engine: ChosenEngine, cells: CalciumStart) {
    this.#options = { ...options, zLutOf: (bead) => this.#pipeline.zLutOf(bead) };
    this.engine = engine;
    this.#ledger = new FrameLedger((gap) => this.#run?.gap(gap));
    this.#hub = new LiveHub({
      snapshot: () => this.#report.snapshot(),
      status: () => this.#status(),
      control: (...asked) => doRequest(this.#asked, ...asked),
      onViewers: () => this.#desk.viewersChanged(),
      onRefused: (cause) => this.#refusals.ofRequest(cause),
      onSent: (atNs) => this.latency.sent(atNs),
      onStuck: (error) => this.#refusals.count('slow-peer', error),
    });
    this.#endpoint = new CameraEndpoint({
      ...options.config.camera,
      maxMessageBytes: options.config.server.maxFrameMiB << 20,
      ledger: this.#ledger,
      onCamera: (hello) => this.#welcome(hello),
      onAway: (camera, goodbye) => this.#away(camera, goodbye),
      onFrame: (frame) => this.#frame(frame),
      onFocusStage: (stage) => this.#calibration.useCameraFocus(stage),
      onMotors: (motors) => this.#motors.useCameraMotors(motors),
      onControls: (controls) => this.#desk.useControls(controls),
      onTrouble: (error, refused) => this.#refusals.ofCamera(error, refused),
    });
    const shared = {
      hub: this.#hub,
      run: () => this.#run,
      cameraConnected: () => this.#cameraConnected,
      event: (level: EventMessage['level'], text: string) => this.#event(level, text),
    };
    this.#desk = new RunDesk({ ...options, ...shared, onCamera: () => this.#announceCamera() });
    this.#calcium = new LiveCalcium({
      ...{ ...cells, ...shared, engine: engine.host, endpoint: this.#endpoint, feed: this.#hub.cells },
      announce: (message) => this.#hub.announce(message),
    });
    this.#preview = new LivePreview(this.#hub, this.#endpoint);
    this.#motors = new LiveMotors({ ...options, ...shared });
    this.#calibration = new LiveCalibration({
      ...{ ...options, ...shared, watchFocus: (stage) => this.#motors.watchFocus(stage) },
      planNow: () => this.#pipeline.plan,
      onBeads: () => this.#announceBeads(),
    });
    this.#detection = new BeadDetection(this.#endpoint);
    this.#pipeline = new PipelineControl({
      ...{ ...options, ...shared },
      zLutOf: (bead) => this.#calibration.zLutOf(bead),
      onChanged: () => this.#hub.announceAll(),
    });
    this.#report = new LiveReport({
      ...{ ...this.#asked, ...shared, engine, refusals: this.#refusals, ledger: this.#ledger },
      ...{ latency: this.latency, rates: this.#rates, roiSize: options.roiSize, cameras: options.cameras },
      ...{ zLutOf: this.#options.zLutOf, totals: () => this.totals() },
    });
  }

  /** Of one that was started with a server of its own. */
  get server(): LiveServer {
    return this.#server!;
  }

  /** What a server has of it. */
  get mount(): CameraMount {
    return {
      refusals: this.#refusals,
      onCamera: (socket) => this.#endpoint.accept(socket),
      onViewer: (...viewer) => this.#hub.accept(...viewer),
      recordings: {
        folder: this.#options.config.recording.folder,
        running: () => this.#run?.recorder ?? null,
      },
      zLuts: () => this.#calibration.shelf,
    };
  }

  get metricSources(): MetricSources {
    return this.#report.metricSources;
  }

  /** Tells everybody what the engine has to say. */
  notice(text: string): void {
    this.#event('warning', text);
  }

  /** Folder of the recording, or null. */
  get recording(): string | null {
    return this.#run?.recorder?.folder ?? null;
  }

  /** Frames by fate, those that were tracked but not recorded among them. */
  totals(): LedgerTotals {
    return { ...this.#ledger.totals(), 'recorder-overrun': this.#run?.overruns ?? 0 };
  }

  health(): ReturnType<LiveReport['health']> {
    return this.#report.health();
  }

  /**
   * Tracks what has arrived, closes the recording and its own server.
   * @throws {RecordingError} when the disk did not take the end of the recording; all else is closed by then
   */
  async close(): Promise<void> {
    await Promise.all([this.#calibration.end(), this.#motors.end()]);
    await this.#endpoint.close();
    await this.#calcium.close();
    try {
      await this.#run?.close();
    } finally {
      const problem = accountProblem({ ...this.totals(), 'in-flight': 0 });
      if (problem) this.#event('error', problem.message);
      await this.#hub.close();
      await this.#desk.close();
      await this.#server?.close();
      await this.engine.host.close();
    }
  }

  async #welcome(hello: HelloMessage): Promise<void> {
    if (this.#run) {
      this.#run.assertSameShape(hello);
      this.#event('info', `camera '${hello.camera}' is back`);
    } else await this.#begin(hello);
    this.#cameraConnected = true;
    this.#hub.announceAll();
  }

  /** Opens the recording and readies the engine, so that the first frame finds everything in place. */
  async #begin(camera: HelloMessage): Promise<void> {
    const run = createRun(camera, {
      ...{ options: this.#options, engine: this.engine, pipeline: this.#pipeline, desk: this.#desk },
      ...{ endpoint: this.#endpoint, ledger: this.#ledger, latency: this.latency, calcium: this.#calcium },
      ...{ motors: this.#motors, calibration: this.#calibration },
      sinks: [
        { tracked: (batch) => this.#tracked(batch), close: async () => {} },
        ...[this.#hub, this.#calibration],
        ...runWatchers(this.#hub, camera, this.#pipeline, this.#motors.positions),
      ],
      event: (level, text) => this.#event(level, text),
      complain: (level, error) => this.#complain(level, error),
    });
    await run.start();
    await this.#calcium.begin(run);
    this.#run = run;
    const beads = run.roiTable.list().length;
    this.#event('info', `camera '${camera.camera}', ${describeShape(camera)}, ${beads} beads`);
    if (run.recorder) this.#event('info', `recording to ${run.recorder.folder}`);
    this.#options.onCamera?.();
  }

  #away(camera: string, goodbye: boolean): void {
    this.#cameraConnected = false;
    this.#calibration.cameraGone();
    if (goodbye) this.#event('info', `camera '${camera}' has ended`);
    else this.#event('warning', `camera '${camera}' disconnected; the run goes on`);
    this.#announceCamera();
  }

  #frame(frame: ReceivedFrame): void {
    this.#rates.received();
    const run = this.#run!;
    if (frame.truth) this.#options.truthScore?.expect(frame.id, frame.truth);
    this.#preview.frame(frame, run.camera);
    this.#detection.frame(frame, run.camera);
    this.#pipeline.frame(frame, run);
    this.#calibration.frame(frame);
    run.frame(frame);
  }

  #tracked({ frames }: TrackedFrames): void {
    this.#rates.tracked(frames.length);
    this.latency.tracked(frames, this.#hub.viewers > 0);
    this.#ledger.tracked(frames.length);
    this.#endpoint.settled(frames.length);
  }

  get #asked(): AskedParts {
    return {
      ...{ run: this.#run, desk: this.#desk, detection: this.#detection, pipeline: this.#pipeline },
      ...{ calibration: this.#calibration, calcium: this.#calcium, motors: this.#motors },
      onBeads: () => this.#announceBeads(),
    };
  }

  #event(level: EventMessage['level'], text: string): void {
    this.#options.log(level === 'info' ? text : `${level}: ${text}`);
    this.#hub.event(level, text);
    this.#desk.noted(level, text);
  }

  #complain(level: 'warning' | 'error', error: TweezertrackError): void {
    if (this.#complaints.isDue(error)) this.#event(level, `${error.code} ${error.message}`);
  }

  #announceCamera(): void {
    this.#calcium.cameraChanged();
    this.#hub.announce({ type: 'camera', camera: liveCamera(this.#run, this.#cameraConnected) });
  }

  #announceBeads(): void {
    this.#hub.announce({ type: 'beads', beads: liveBeads(this.#run, this.#options.zLutOf) });
  }

  #status(): StatusMessage {
    // With every status, however often ROIs move: often enough to see.
    if (this.#run?.takeRoisFollowed()) this.#announceBeads();
    this.#desk.tick();
    this.#calcium.tick();
    return this.#report.status();
  }
}
