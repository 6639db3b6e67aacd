import { DeviceError, ProtocolError, TweezertrackError } from '#protocol/errors.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import type { CalibrationStatus, StaleZLut, SweepPlaneMessage, SweepSuggestion } from '#protocol/sweep.ts';
import type { SweepRequest, SweepSettings } from '#protocol/sweep-request.ts';
import type { Plan } from '#stages/plan.ts';
import { ActiveSweep } from './active-sweep.ts';
import { chooseRois } from './choose-rois.ts';
import { CoarseSweep } from './coarse-sweep.ts';
import { type FocusLimits, GuardedFocus } from './guarded-focus.ts';
import { Halt } from './halt.ts';
import type { FrameInPassing } from './plane-collector.ts';
import { layOutStrip } from './strip.ts';
import { SweepFolder } from './sweep-folder.ts';
import { planesOf } from './sweep-order.ts';
import { assertSameCamera, type SweepCamera, type SweepSurroundings } from './sweep-surroundings.ts';
import { newestPlanes } from './take-planes.ts';

export interface CalibrationOptions extends Omit<SweepSurroundings, 'focus'> {
  limits: FocusLimits;
  /** How beads will be tracked with the Z-LUTs of a sweep that begins now. */
  planNow(): Plan;
  /** Z-LUTs that their beads do not look like any more. */
  stale(): StaleZLut[];
}

type QueuedRequest = Exclude<SweepRequest, { type: 'focus-stop' | 'sweep-stop' }>;
type SuggestRequest = Extract<SweepRequest, { type: 'sweep-suggest' }>;

/** The focus stage, and the focal sweep that is taken with it: one at a time. */
export class Calibration {
  readonly #options: CalibrationOptions;
  readonly #surroundings: SweepSurroundings;
  #focus: GuardedFocus | null = null;
  #sweep: ActiveSweep | null = null;
  /** That is under way. */
  #coarse: CoarseSweep | null = null;
  #suggestion: SweepSuggestion | null = null;
  #interrupted: string[] = [];
  /** Stops so far: what was asked for before one and begins after it does not begin. */
  #stops = 0;
  /** Requests that begin something take turns; those that stop never do. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: CalibrationOptions) {
    this.#options = options;
    this.#surroundings = { ...options, focus: () => this.#focus };
    void this.#lookForInterrupted();
  }

  get status(): CalibrationStatus {
    this.#focus?.refresh();
    return {
      focus: this.#focus?.status ?? null,
      sweep: this.#sweep?.status ?? null,
      suggesting: this.#coarse !== null,
      suggestion: this.#suggestion,
      interrupted: this.#interrupted,
      stale: this.#options.stale(),
    };
  }

  /** Planes of the sweep so far, the newest ones rather than all. */
  get planes(): SweepPlaneMessage[] {
    return newestPlanes(this.#sweep?.planes ?? []);
  }

  /** A frame on its way to the engine; costs nothing while no plane is taken. */
  frame(frame: FrameInPassing): void {
    this.#sweep?.frame(frame);
    this.#coarse?.frame(frame);
  }

  /** Uses this focus stage from now on; null when there is none any more. */
  useFocusStage(stage: FocusStage | null): void {
    this.#focus = null;
    try {
      if (stage) this.#focus = new GuardedFocus(stage, this.#options.limits, this.#options.clock);
    } catch (cause) {
      if (!(cause instanceof TweezertrackError)) throw cause;
      this.#options.event('error', `${cause.code} ${cause.message}`);
    }
    this.#options.changed();
  }

  /** The camera is gone: a sweep cannot go on. */
  cameraGone(): void {
    this.#coarse?.halt(new Halt('gone', 'the camera is gone'));
    if (this.#sweep?.works) void this.#sweep.halt('gone', 'the camera is gone').catch(this.#tell);
  }

  /**
   * Does what an operator asks for; a sweep goes on after the answer.
   * @throws {TweezertrackError} when it cannot be done
   */
  async control(request: SweepRequest): Promise<void> {
    if (request.type === 'focus-stop') return this.#stopFocus();
    if (request.type === 'sweep-stop') return this.#stopSweep();
    const stops = this.#stops;
    const done = this.#turn.then(() => this.#do(request, stops));
    this.#turn = done.catch(() => {});
    await done;
  }

  /** Ends what is under way, and brings the focus home if there is time. */
  async close(): Promise<void> {
    const halt = new Halt('close', 'the tracker has ended');
    this.#coarse?.halt(halt);
    await this.#coarse?.done;
    if (this.#sweep?.works || this.#sweep?.phase === 'paused') await this.#sweep.halt('close', halt.message);
    await this.#sweep?.folder.file?.close().catch(() => {});
  }

  async #do(request: QueuedRequest, stops: number): Promise<void> {
    switch (request.type) {
      case 'focus-move':
        return this.#moveFocus(request.zNm);
      case 'sweep-start':
        return this.#start(request.settings, stops);
      case 'sweep-suggest':
        return this.#suggest(request);
      case 'sweep-pause':
        return this.#sweepNow('paused').halt('pause', 'paused by an operator');
      case 'sweep-resume':
        return this.#resume(request.sweep, stops);
      case 'sweep-discard':
        return this.#discard(request.sweep);
      case 'sweep-keep':
        return this.#ended(this.#sweepNow('kept').keep());
      case 'sweep-assign':
        return this.#ended(this.#sweepNow('assigned').assign(request.beads));
      default:
        request satisfies never;
    }
  }

  async #stopFocus(): Promise<void> {
    const focus = this.#focusNow();
    const halt = new Halt('focus-stop', 'the focus was stopped by an operator');
    this.#stops++;
    this.#coarse?.halt(halt);
    // Not awaited before the stop is out.
    const halted = this.#sweep?.works ? this.#sweep.halt('focus-stop', halt.message) : null;
    try {
      await focus.stop();
    } finally {
      await halted;
      await this.#coarse?.done;
    }
  }

  async #stopSweep(): Promise<void> {
    this.#stops++;
    const halt = new Halt('stop', 'stopped by an operator');
    this.#coarse?.halt(halt);
    if (this.#coarse) return this.#coarse.done;
    await this.#sweep?.halt('stop', halt.message);
  }

  async #moveFocus(zNm: number): Promise<void> {
    this.#assertIdle('moved');
    const focus = this.#focusNow();
    focus.assertInside(zNm);
    focus.moveTo(zNm).then(this.#options.changed, (cause: Error) => {
      if (!(cause instanceof Halt)) this.#options.event('error', cause.message);
      this.#options.changed();
    });
    this.#options.changed();
  }

  async #start(settings: SweepSettings, stops: number): Promise<void> {
    this.#assertIdle('swept');
    const { folder, planNow } = this.#options;
    const plan = planNow();
    const focus = this.#focusNow();
    const camera = this.#cameraNow();
    for (const { zNm } of planesOf(settings)) focus.assertInside(zNm);
    const rois = chooseRois(this.#options.rois(), settings.beads, plan);
    const { zNm: homeNm } = await focus.position();
    const sweep = await SweepFolder.create(folder, {
      ...{ settings, plan, homeNm },
      strip: layOutStrip(rois, camera.pixelFormat),
      camera: camera.camera,
      frame: { width: camera.width, height: camera.height },
      pixelSizeNm: camera.pixelSizeNm || null,
      focusStage: focus.stage.facts.name,
    });
    await this.#begin(sweep, stops);
  }

  async #resume(name: string | undefined, stops: number): Promise<void> {
    this.#assertIdle('resumed');
    const own = this.#sweep;
    const isOwn = own && (name ?? own.folder.sweep) === own.folder.sweep;
    if (isOwn && ['paused', 'interrupted'].includes(own.phase)) return this.#run(own);
    const sweep = name ?? this.#interrupted.at(-1);
    if (sweep === undefined) throw missing('one that was interrupted');
    const folder = await SweepFolder.open(this.#options.folder, sweep);
    if (folder.record.state === 'taking') {
      assertSameCamera(sweep, folder.record, this.#cameraNow());
      const beads = folder.record.strip.rois.map(({ bead }) => bead);
      chooseRois(this.#options.rois(), beads, this.#options.planNow());
    }
    await this.#begin(folder, stops);
  }

  /** The sweep before gives way: what it has on disk stays. */
  async #begin(folder: SweepFolder, stops: number): Promise<void> {
    await this.#sweep?.folder.file?.close().catch(() => {});
    const sweep = new ActiveSweep(folder, this.#surroundings);
    if (stops === this.#stops) return this.#run(sweep);
    this.#sweep = sweep;
    await this.#lookForInterrupted();
    throw new DeviceError({ where: 'focal sweep', expected: 'no stop since', received: 'one' });
  }

  #run(sweep: ActiveSweep): void {
    this.#sweep = sweep;
    void this.#ended(sweep.run().catch(this.#tell));
  }

  async #discard(name: string | undefined): Promise<void> {
    const own = this.#sweep;
    const isOwn = own && (name ?? own.folder.sweep) === own.folder.sweep;
    if (isOwn && !['kept', 'discarded'].includes(own.phase)) {
      return this.#ended(own.halt('discard', 'discarded by an operator'));
    }
    const sweep = name ?? this.#interrupted.at(-1);
    if (sweep === undefined || !this.#interrupted.includes(sweep)) throw missing('one that was interrupted');
    return this.#ended(SweepFolder.discard(this.#options.folder, sweep));
  }

  async #suggest({ beads, fromNm, toNm }: SuggestRequest): Promise<void> {
    this.#assertIdle('swept');
    const focus = this.#focusNow();
    const { pixelFormat, width: frameWidth } = this.#cameraNow();
    const { changed, clock, event, planNow, rois } = this.#options;
    const strip = layOutStrip(chooseRois(rois(), beads, planNow()), pixelFormat);
    const coarse = new CoarseSweep({ focus, clock, strip, frameWidth, rois, fromNm, toNm });
    this.#coarse = coarse;
    this.#suggestion = null;
    changed();
    void coarse.done.then(() => {
      this.#coarse = null;
      this.#suggestion = coarse.suggestion;
      if (coarse.failure) event('warning', `no range is suggested: ${coarse.failure.message}`);
      changed();
    });
  }

  readonly #tell = (cause: Error): void => this.#options.event('error', cause.message);

  async #ended(done: Promise<void>): Promise<void> {
    await done;
    await this.#lookForInterrupted();
  }

  async #lookForInterrupted(): Promise<void> {
    const own = this.#sweep?.works ? this.#sweep.folder.sweep : null;
    const names = await SweepFolder.unfinished(this.#options.folder);
    this.#interrupted = names.filter((name) => name !== own);
    this.#options.changed();
  }

  #assertIdle(what: string): void {
    if (!this.#sweep?.works && !this.#coarse) return;
    throw new ProtocolError({
      where: 'focus stage',
      expected: 'no sweep under way',
      received: this.#coarse ? 'a coarse one' : `sweep ${this.#sweep!.folder.sweep}`,
      remedy: `stop or pause it before the focus is ${what}`,
    });
  }

  #focusNow(): GuardedFocus {
    if (this.#focus) return this.#focus;
    const expected = 'one that came with the camera, or that focusStage names';
    throw new DeviceError({ where: 'focus stage', expected, received: 'none' });
  }

  #cameraNow(): SweepCamera {
    const camera = this.#options.camera();
    if (!camera) throw new DeviceError({ where: 'focal sweep', expected: 'a camera', received: 'none' });
    return camera;
  }

  #sweepNow(done: string): ActiveSweep {
    if (this.#sweep) return this.#sweep;
    throw missing(`one that can be ${done}`);
  }
}

function missing(expected: string): ProtocolError {
  return new ProtocolError({ where: 'focal sweep', expected, received: 'none' });
}
