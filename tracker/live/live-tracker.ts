import type { WebSocket } from 'ws';
import type { ChosenEngine } from '#engines/choose-engine.ts';
import { CameraEndpoint, type ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { accountProblem, FrameLedger, type LedgerTotals } from '#ingest/frame-ledger.ts';
import { FrameRates } from '#pipeline/frame-rates.ts';
import { isCalciumRequest } from '#protocol/calcium-request.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import type { TweezertrackError } from '#protocol/errors.ts';
import type { EventMessage, StatusMessage } from '#protocol/live.ts';
import { isPipelineRequest } from '#protocol/pipeline-request.ts';
import { describeShape } from '#protocol/pixel-format.ts';
import type { Role } from '#protocol/role.ts';
import { isCalibrationRequest } from '#protocol/sweep-request.ts';
import { LatencyBudget } from '#sinks/latency.ts';
import { LiveHub } from '#sinks/live-hub.ts';
import type { LiveHubOptions } from '#sinks/live-hub-options.ts';
import type { TrackedFrames } from '#sinks/track-sink.ts';
import { BeadDetection } from './bead-detection.ts';
import { changeBeads } from './bead-requests.ts';
import { beadWatchers } from './bead-watchers.ts';
import { type CalciumStart, calciumStart } from './calcium-start.ts';
import { Complaints } from './complaints.ts';
import { createRun } from './create-run.ts';
import { LiveCalcium } from './live-calcium.ts';
import { LiveCalibration } from './live-calibration.ts';
import { openLiveEngine } from './live-engine.ts';
import { LivePreview } from './live-preview.ts';
import { LiveReport } from './live-report.ts';
import type { LiveRun } from './live-run.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { liveBeads, liveCamera } from './live-status.ts';
import type { LiveTrackerOptions } from './live-tracker-options.ts';
import { Metrics } from './metrics.ts';
import { PipelineControl } from './pipeline-control.ts';
import { RunDesk } from './run-desk.ts';

/** A tracker with its server: waits for a camera, tracks, records, and shows it. */
export class LiveTracker {
  readonly server: LiveServer;
  readonly engine: ChosenEngine;
  readonly metrics: Metrics;
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
  readonly #detection: BeadDetection;
  readonly #pipeline: PipelineControl;
  readonly #report: LiveReport;
  readonly #rates = new FrameRates();
  readonly #complaints = new Complaints();
  #run: LiveRun | null = null;
  #cameraConnected = false;

  static async start(options: LiveTrackerOptions): Promise<LiveTracker> {
    let tracker: LiveTracker | null = null;
    const cells = await calciumStart(options);
    const engine = await openLiveEngine(options, (text) => tracker?.notice(text));
    try {
      const server = await startLiveServer({
        settings: options.config.server,
        onCamera: (socket) => (tracker ? tracker.#endpoint.accept(socket) : socket.terminate()),
        onViewer: (socket, role) => tracker?.acceptViewer(socket, role),
        onRefusal: (error) => (tracker ? tracker.#complain('warning', error) : undefined),
        health: () => tracker?.health() ?? {},
        metrics: async () => tracker?.metrics.report() ?? { contentType: 'text/plain', text: '' },
        recordings: {
          folder: options.config.recording.folder,
          running: () => (tracker ? (tracker.#run?.recorder ?? null) : null),
        },
        zLuts: () => (tracker ? tracker.#calibration.shelf : null),
        log: options.log,
      });
      tracker = new LiveTracker(options, engine, server, cells);
      // Nobody needs these before the port is open; neither a first frame nor a reader of /metrics should wait for them.
      void tracker.metrics.load();
      if (options.config.recording.enabled) void import('#recording/run-recorder.ts');
      return tracker;
    } catch (error) {
      await engine.host.close();
      throw error;
    }
  }

  private constructor(
    options: LiveTrackerOptions,
    engine: ChosenEngine,
    server: LiveServer,
    cells: CalciumStart,
  ) {
    this.#options = { ...options, zLutOf: (bead) => this.#pipeline.zLutOf(bead) };
    this.engine = engine;
    this.server = server;
    this.#ledger = new FrameLedger((gap) => this.#run?.gap(gap));
    this.#hub = new LiveHub({
      snapshot: () => this.#report.snapshot(),
      status: () => this.#status(),
      control: (...asked) => this.#control(...asked),
      onViewers: () => this.#desk.viewersChanged(),
      onRefused: (cause) => server.refusals.ofRequest(cause),
      onSent: (atNs) => this.latency.sent(atNs),
      onStuck: (error) => server.refusals.count('slow-peer', error),
    });
    this.#endpoint = new CameraEndpoint({
      ...options.config.camera,
      maxMessageBytes: options.config.server.maxFrameMiB << 20,
      ledger: this.#ledger,
      onCamera: (hello) => this.#welcome(hello),
      onAway: (camera, goodbye) => this.#away(camera, goodbye),
      onFrame: (frame) => this.#frame(frame),
      onFocusStage: (stage) => this.#calibration.useCameraFocus(stage),
      onControls: (controls) => this.#desk.useControls(controls),
      onTrouble: (error, refused) => server.refusals.ofCamera(error, refused),
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
    this.#calibration = new LiveCalibration({
      ...{ ...options, ...shared },
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
      ...{ ...shared, engine, server, desk: this.#desk, ledger: this.#ledger, latency: this.latency },
      ...{
        pipeline: this.#pipeline,
        calibration: this.#calibration,
        calcium: this.#calcium,
        rates: this.#rates,
      },
      ...{ roiSize: options.roiSize, zLutOf: this.#options.zLutOf },
      totals: () => this.totals(),
    });
    this.metrics = new Metrics(this.#report.metricSources);
  }

  acceptViewer(socket: WebSocket, role: Role): void {
    this.#hub.accept(socket, role);
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
   * Tracks what has arrived, closes the recording and the server.
   * @throws {RecordingError} when the disk did not take the end of the recording; all else is closed by then
   */
  async close(): Promise<void> {
    await this.#calibration.end();
    await this.#endpoint.close();
    await this.#calcium.close();
    try {
      await this.#run?.close();
    } finally {
      const problem = accountProblem({ ...this.totals(), 'in-flight': 0 });
      if (problem) this.#event('error', problem.message);
      await this.#hub.close();
      await this.#desk.close();
      await this.server.close();
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
      sinks: [
        { tracked: (batch) => this.#tracked(batch), close: async () => {} },
        ...[this.#hub, this.#calibration, ...beadWatchers(this.#hub, camera, this.#pipeline)],
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

  async #control(...[asked, answer, asker]: Parameters<LiveHubOptions['control']>): Promise<void> {
    const request = await this.#desk.control(asked, asker);
    if (!request) return;
    if (request.type === 'detect-beads') return answer(await this.#detection.detect(request, this.#run));
    if (isPipelineRequest(request)) return this.#pipeline.control(request, answer);
    if (isCalibrationRequest(request)) return this.#calibration.control(request);
    if (isCalciumRequest(request)) return this.#calcium.control(request, answer, asker);
    await changeBeads(this.#run, request, answer);
    this.#desk.beadsChanged();
    this.#announceBeads();
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
