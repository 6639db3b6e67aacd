import { join } from 'node:path';
import { DeviceError, ProtocolError } from '#protocol/errors.ts';
import type { SweepPhase, SweepPlaneMessage, SweepStatus, SweepZLut } from '#protocol/sweep.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import { Halt, type HaltKind } from './halt.ts';
import { type FrameInPassing, PlaneCollector } from './plane-collector.ts';
import { SweepFolder } from './sweep-folder.ts';
import type { SweepSurroundings } from './sweep-surroundings.ts';
import { planeMessage, takePlanes } from './take-planes.ts';

/** For the focus to return while the tracker ends, ms. */
const HOME_AT_CLOSE_MS = 3000;

const WORKING: readonly SweepPhase[] = ['moving', 'collecting', 'homing', 'building'];

/** One sweep from its first plane, or the one it was interrupted at, to its Z-LUTs. */
export class ActiveSweep {
  readonly folder: SweepFolder;
  /** Planes taken since the tracker knows of it. */
  readonly planes: SweepPlaneMessage[] = [];
  readonly #surroundings: SweepSurroundings;
  #phase: SweepPhase = 'interrupted';
  #message: string | null = null;
  #plane: number;
  #collector: PlaneCollector | null = null;
  #zLuts: SweepZLut[] = [];
  #motion: SweepStatus['motion'] = null;
  #abort = new AbortController();
  #working: Promise<void> = Promise.resolve();

  constructor(folder: SweepFolder, surroundings: SweepSurroundings) {
    this.folder = folder;
    this.#surroundings = surroundings;
    this.#plane = folder.record.planesDone;
  }

  /** Whether something is under way. */
  get works(): boolean {
    return WORKING.includes(this.#phase);
  }

  get phase(): SweepPhase {
    return this.#phase;
  }

  get status(): SweepStatus {
    const { planes, record, sweep } = this.folder;
    const { zNm: planeZNm, pass } = planes[Math.min(this.#plane, planes.length - 1)]!;
    return {
      sweep,
      phase: this.#phase,
      settings: record.settings,
      beads: record.strip.rois.map(({ bead }) => bead),
      plane: record.planesDone,
      planes: planes.length,
      ...{ pass, planeZNm },
      frames: this.#collector?.frames ?? 0,
      missed: this.#collector?.missed ?? 0,
      homeNm: record.homeNm,
      message: this.#message,
      zLuts: this.#zLuts,
      motion: this.#motion,
    };
  }

  frame(frame: FrameInPassing): void {
    this.#collector?.frame(frame);
  }

  /** Goes on, from the first plane that is missing or with the Z-LUTs; resolves at the end, whatever it is. */
  run(): Promise<void> {
    this.#abort = new AbortController();
    this.#enter(this.folder.record.state === 'taking' ? 'moving' : 'building');
    this.#working = this.#run(this.#abort.signal);
    return this.#working;
  }

  /** Ends what is under way, or the pause, in the way of this kind; resolves when the focus is where it shall be. */
  async halt(kind: HaltKind, message: string): Promise<void> {
    const halt = new Halt(kind, message);
    this.#abort.abort(halt);
    await this.#working;
    // What was paused or interrupted has nobody who would.
    if (this.#phase === 'paused' && kind !== 'pause') await this.#end(halt);
    else if (kind === 'discard' && this.#phase !== 'discarded') await this.#end(halt);
  }

  /** @throws {ProtocolError} when its Z-LUTs are not there, or were decided on */
  async keep(): Promise<void> {
    this.#assertBuilt();
    await this.folder.keep();
    this.#enter('kept');
  }

  /**
   * Tracks beads with their Z-LUTs from now on, and keeps the sweep.
   * @param beads all that have one when left out
   */
  async assign(beads?: readonly number[]): Promise<void> {
    this.#assertBuilt();
    const chosen = this.#zLuts.filter(({ bead, file }) => file !== null && (beads?.includes(bead) ?? true));
    const zLuts = new Map(
      await Promise.all(
        chosen.map(async ({ bead, file }) => [bead, await readZLut(join(this.folder.path, file!))] as const),
      ),
    );
    await this.#surroundings.assign(zLuts);
    this.#zLuts = this.#zLuts.map((zLut) => ({ ...zLut, assigned: zLut.assigned || zLuts.has(zLut.bead) }));
    await this.folder.keep();
    this.#surroundings.event(
      'info',
      `tracking with the Z-LUTs of sweep ${this.folder.sweep}: bead ${[...zLuts.keys()].join(', ')}`,
    );
    this.#enter('kept');
  }

  async #run(signal: AbortSignal): Promise<void> {
    let halt: Halt | null = null;
    try {
      if (this.folder.record.state === 'taking') {
        await this.#take(signal);
        await this.folder.finish();
        await this.#goHome(null);
      }
      signal.throwIfAborted();
      await this.#build(signal);
    } catch (cause) {
      halt = haltOf(cause);
    }
    this.#collector = null;
    if (halt) await this.#end(halt);
  }

  async #take(signal: AbortSignal): Promise<void> {
    const { camera, clock, changed, focus: find, plane: tell, rois } = this.#surroundings;
    const { file, planes, record, sweep } = this.folder;
    const focus = find();
    if (!focus) throw new DeviceError({ where: 'focal sweep', expected: 'a focus stage', received: 'none' });
    const { settings, strip } = record;
    const frameWidth = camera()?.width ?? record.frame.width;
    const collector = new PlaneCollector({ strip, frameWidth, clock: focus.stage.clock, rois, file });
    this.#collector = collector;
    // A plane that was given up may have frames on their way to where the next ones go.
    await file!.flush();
    await takePlanes(
      {
        ...{ focus, collector, clock, settings, planes },
        first: record.planesDone,
        onPhase: (phase, plane) => {
          this.#plane = plane;
          this.#enter(phase);
        },
        onPlane: async (plane, zNm, collected) => {
          await this.folder.commit(zNm, collected);
          const message = planeMessage(sweep, strip, plane, planes[plane]!, zNm, collected);
          this.planes.push(message);
          tell(message);
          changed();
        },
      },
      signal,
    );
  }

  async #build(signal: AbortSignal): Promise<void> {
    const { build, event } = this.#surroundings;
    this.#enter('building');
    const { zLuts, motion } = await build(this.folder.path, signal);
    this.#zLuts = zLuts.map((zLut) => ({ ...zLut, assigned: false }));
    this.#motion = motion && {
      hysteresisNm: motion.hysteresisNm ?? Number.NaN,
      driftNmPerS: motion.driftNmPerS ?? Number.NaN,
    };
    for (const { error } of zLuts) if (error !== null) event('warning', error);
    this.#enter('built');
    if (!this.folder.record.settings.assign) return;
    await this.assign().catch((cause: Error) => {
      event('error', cause.message);
      this.#enter('built', cause.message);
    });
  }

  async #end(halt: Halt): Promise<void> {
    const { kind, message } = halt;
    if (kind === 'pause') return this.#enter('paused', message);
    if (this.folder.record.state === 'taking' && kind !== 'focus-stop') await this.#goHome(kind);
    if (kind === 'discard') {
      await this.folder.file?.close();
      await SweepFolder.discard(join(this.folder.path, '..'), this.folder.sweep);
      return this.#enter('discarded');
    }
    this.#surroundings.event('warning', `sweep ${this.folder.sweep} is interrupted: ${message}`);
    this.#enter('interrupted', message);
  }

  /** Brings the focus back, if it can. */
  async #goHome(kind: HaltKind | null): Promise<void> {
    const { event, focus } = this.#surroundings;
    const { homeNm } = this.folder.record;
    this.#enter('homing', this.#message);
    try {
      const stage = focus();
      if (!stage) throw new DeviceError({ where: 'focus stage', expected: 'one', received: 'none' });
      await stage.moveTo(homeNm, kind === 'close' ? AbortSignal.timeout(HOME_AT_CLOSE_MS) : undefined);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      event('warning', `the focus did not return to ${homeNm} nm: ${why}`);
    }
  }

  #enter(phase: SweepPhase, message: string | null = null): void {
    this.#phase = phase;
    this.#message = message;
    this.#surroundings.changed();
  }

  #assertBuilt(): void {
    if (this.#phase === 'built' || this.#phase === 'kept') return;
    throw new ProtocolError({
      where: `sweep ${this.folder.sweep}`,
      expected: 'one whose Z-LUTs are built',
      received: `one that is ${this.#phase}`,
    });
  }
}

function haltOf(cause: unknown): Halt {
  return cause instanceof Halt
    ? cause
    : new Halt('gone', cause instanceof Error ? cause.message : String(cause));
}
