import { CalciumError } from '#calcium/calcium-error.ts';
import type { PixelSquare } from '#calcium-live/calcium-host.ts';
import type { CellStep } from '#calcium-stages/plan.ts';
import type { FrameRoom } from '#engines/engine-host.ts';
import type { CameraEndpoint, ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { CalciumState, CalciumStateMessage, CalciumStatus } from '#protocol/calcium-live.ts';
import type { CalciumRequest } from '#protocol/calcium-request.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import { type CellMap, cellsOf, parseCellMap } from '#protocol/cell-map.ts';
import { TweezertrackError } from '#protocol/errors.ts';
import type { EventMessage, LiveMessage } from '#protocol/live.ts';
import type { Roi } from '#protocol/roi.ts';
import { type CalciumSettings, neuropilOf } from '../settings/calcium-settings.ts';
import { CellKeeper } from './cell-keeper.ts';
import { CellMeasurement, type CellMeasurementOptions } from './cell-measurement.ts';
import { CellNumbers } from './cell-numbers.ts';
import { SpellAlarm } from './spell-alarm.ts';
import { WholeFrames } from './whole-frames.ts';

/** The run as far as cells go. */
interface Run {
  readonly camera: HelloMessage;
  readonly roiTable: { list(): readonly Roi[] };
  readonly recorders: NonNullable<ReturnType<CellMeasurementOptions['recorders']>>;
}

export interface LiveCalciumOptions extends Pick<CellMeasurementOptions, 'engine' | 'feed' | 'open'> {
  settings: CalciumSettings;
  steps: readonly CellStep[];
  /** Cells to start with; those of last time when null. */
  cells: CellMap | null;
  /** File that keeps the cells for the next start, or null. */
  keptIn: string | null;
  endpoint: Pick<CameraEndpoint, 'setRois'>;
  announce(message: CalciumStateMessage): void;
  event(level: EventMessage['level'], text: string): void;
}

/**
 * Measures cells in the frames that are tracked, beside their beads: frames are read where they lie, by a thread that is
 * left out of a frame rather than waited for. As long as cells are measured, the camera sends whole frames.
 */
export class LiveCalcium {
  readonly #options: LiveCalciumOptions;
  readonly #keeper: CellKeeper;
  /** Whom to ask for whole frames. */
  readonly frames: WholeFrames;
  readonly #measurement: CellMeasurement;
  readonly #alarm: SpellAlarm;
  #on: boolean;
  #neuropil: CalciumState['neuropil'];
  #run: Run | null = null;
  #map: CellMap | null = null;
  #numbers: CellNumbers | null = null;
  /** Changes are made one after the other. */
  #changing: Promise<void> = Promise.resolve();

  constructor(options: LiveCalciumOptions) {
    const { cells, endpoint, event, keptIn, settings } = options;
    this.#options = options;
    this.#on = settings.enabled;
    this.#neuropil = neuropilOf(settings);
    this.frames = new WholeFrames(endpoint);
    this.#keeper = new CellKeeper(cells, keptIn, (text) => event('warning', text));
    this.#alarm = new SpellAlarm((frames) =>
      event(
        'warning',
        `cells fall behind: ${frames} frames were not measured, but tracked; fewer cells, or a lower frame rate`,
      ),
    );
    this.#measurement = new CellMeasurement({
      ...options,
      mostWaiting: settings.mostWaiting,
      recorders: () => this.#run?.recorders ?? null,
      onTrouble: (error) => this.#trouble(error),
    });
  }

  get state(): CalciumState {
    return {
      on: this.#on,
      map: this.#map,
      neuropil: this.#neuropil,
      stages: this.#options.steps.map(({ stage }) => stage),
      savedAs: this.#keeper.path,
    };
  }

  get status(): CalciumStatus {
    return this.#measurement.status;
  }

  /** Cells that are measured. */
  get cells(): number {
    return this.#on && this.#map ? cellsOf(this.#map).length : 0;
  }

  /** ROIs that frames may be cut to where cells are not measured. */
  setRois(rois: readonly Roi[]): void {
    this.frames.setRois(rois);
  }

  /** The camera has come: its cells are measured from its first frame on, if they are to be. */
  async begin(run: Run): Promise<void> {
    this.#run = run;
    this.#map = await this.#keeper.cellsIn(run.camera);
    this.#numbers = new CellNumbers(this.#map);
    if (!this.#on) return;
    await this.#measure().catch((cause: unknown) => {
      if (!(cause instanceof TweezertrackError)) throw cause;
      this.#refused(cause);
    });
  }

  /** The camera may have another frame rate, by which time constants are reckoned. */
  cameraChanged(): void {
    const { setup } = this.#measurement;
    if (setup && this.#fps !== setup.fps) void this.#change(() => this.#measure());
  }

  /** Takes a frame of the run before it is tracked; its room is held until it is measured. */
  received(frame: ReceivedFrame, room: FrameRoom): void {
    this.#measurement.received(frame, room);
  }

  /** With every status: tells when frames are skipped. */
  tick(): void {
    this.#alarm.note(this.status.skipped);
  }

  /**
   * Does what is asked of the cells.
   * @param asker whoever asks: one question at a time
   * @throws {TweezertrackError} saying why not
   */
  async control(
    request: Exclude<CalciumRequest, { type: 'watch-cells' }>,
    answer: (message: LiveMessage) => void,
    asker: object,
  ): Promise<void> {
    const where = request.type;
    switch (request.type) {
      case 'calcium-projection':
        answer(await this.#measurement.ask(asker, where, (host) => host.project(request.kind)));
        break;
      case 'find-cells': {
        const { type: _, id: __, clearOfBeads = false, ...sought } = request;
        const search = { ...sought, leftOut: clearOfBeads ? this.#aroundBeads() : [] };
        const found = await this.#measurement.ask(asker, where, (host) => host.findCells(search));
        answer({ ...found, map: this.#numbers!.renumbered(found.map) });
        break;
      }
      case 'reset-projections':
        this.#measurement.measuring(where).resetProjections();
        break;
      case 'set-calcium':
        await this.#change(() => this.#set(request));
        break;
      case 'set-cells':
        await this.#change(() => this.#setCells(request.runs));
        break;
      default:
        request satisfies never;
    }
  }

  /** Measures what has come, and writes the cells that are to be kept. */
  async close(): Promise<void> {
    await this.#changing;
    await this.#measurement.close();
    await this.#keeper.close();
  }

  /** ROIs and a quarter of their size around them: rings that move are as bright as cells. */
  #aroundBeads(): PixelSquare[] {
    return this.#run!.roiTable.list().map(({ left, top, size }) => {
      const around = Math.ceil(size / 4);
      return { left: left - around, top: top - around, size: size + 2 * around };
    });
  }

  get #fps(): number {
    return this.#run!.camera.fps || (this.#options.settings.fps ?? 0);
  }

  /** One change after the other, which everybody is told of. */
  #change(make: () => Promise<void>): Promise<void> {
    const made = this.#changing.then(make);
    this.#changing = made.catch(() => {});
    return made.finally(() => this.#tell());
  }

  async #set({ on, neuropil }: Extract<CalciumRequest, { type: 'set-calcium' }>): Promise<void> {
    if (neuropil !== undefined) this.#neuropil = neuropil;
    if (on === false) this.#stop();
    else if (this.#on && neuropil !== undefined) await this.#measure();
    else if (on && !this.#on) {
      await this.#measure();
      this.#on = true;
      this.#options.event('info', `calcium on: ${this.cells} cells`);
    }
  }

  /** @throws {ProtocolError} for a map that is none of this camera's frames, or that gives a number to another cell */
  async #setCells(bytes: Uint8Array): Promise<void> {
    const run = this.#run;
    if (!run) {
      throw new CalciumError({ where: 'set-cells', expected: 'a camera', received: 'none yet' });
    }
    const map = parseCellMap(run.camera.width, run.camera.height, bytes);
    this.#numbers!.change(map);
    this.#map = map;
    this.#keeper.keep(map);
    if (this.#on) await this.#measure();
  }

  /**
   * Measures frames from now on, with what is set by now; nothing to do before there is a camera.
   * @throws {TweezertrackError} when nobody knows the frame rate, or the thread cannot be started
   */
  async #measure(): Promise<void> {
    if (!this.#run) return;
    const { camera, height, pixelFormat, width } = this.#run.camera;
    const fps = this.#fps;
    if (!(fps > 0)) {
      throw new CalciumError({
        where: `camera '${camera}'`,
        expected: 'a frame rate',
        received: `${fps}`,
        remedy: 'set calcium.fps in the settings',
      });
    }
    const { steps } = this.#options;
    await this.#measurement.use({
      ...{ width, height, pixelFormat, fps, steps },
      map: this.#map!,
      neuropil: this.#neuropil,
    });
    this.frames.need(this, true);
  }

  #stop(): void {
    this.#on = false;
    this.#measurement.stop();
    this.frames.need(this, false);
  }

  #trouble(error: Error): void {
    if (error instanceof CalciumError) {
      this.#refused(error);
      this.#tell();
      return;
    }
    this.#options.event(
      'error',
      `what is known of the cells is lost, they are measured anew: ${error.message}`,
    );
  }

  /** What was asked for cannot be measured. */
  #refused({ code, message }: TweezertrackError): void {
    this.#stop();
    this.#options.event('error', `no cells are measured: ${code} ${message}`);
  }

  #tell(): void {
    this.#options.announce({ type: 'calcium', calcium: this.state });
  }
}
