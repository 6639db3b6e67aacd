import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingError, type TweezertrackError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import type { RunRecorder } from '#recording/run-recorder.ts';
import type { RoiTable } from '#rois/roi-table.ts';
import type { FrameGap, TrackedFrames } from '#sinks/track-sink.ts';
import type { Plan } from '#stages/plan.ts';
import type { LiveRunOptions } from './live-run.ts';

/** A plan with the Z-LUTs that fit it. */
export interface PlanInUse {
  readonly plan: Plan;
  /** Z-LUT of a bead, by id, or null: x and y only. */
  zLutOf(bead: number): ZLut | null;
}

/** What a recording is called, and what is written down as it begins. */
export interface RunDescription {
  /** Name of its folder; where there is one already, a number follows. */
  folder: string;
  notes?: string;
  cameraSettings?: RunRecord['cameraSettings'];
}

/** A recording that ends with a frame that has come but may not be tracked yet. */
interface Ending {
  /** Frames that were received before it. */
  received: number;
  ended(recorder: RunRecorder): void;
}

/** A plan that no frame was tracked with yet, and what its frames will be recorded with. */
interface NextPlan {
  plan: Plan;
  recorder: RunRecorder | null;
  begin(frame: number): void;
}

/** The recordings of a run, one after the other: each has the frames of one plan. */
export class RunRecorders {
  current: RunRecorder | null = null;
  readonly #options: LiveRunOptions;
  readonly #rois: Pick<RoiTable, 'list'>;
  #next: NextPlan | null = null;
  #closing: Promise<void> = Promise.resolve();
  /** Frames that no recording took, those of the current one aside. */
  #overruns = 0;

  constructor(options: LiveRunOptions, rois: Pick<RoiTable, 'list'>) {
    this.#options = options;
    this.#rois = rois;
  }

  /** Frames that were tracked but should have been recorded, too. */
  get overruns(): number {
    return this.#overruns + (this.current?.stats.frames['recorder-overrun'] ?? 0);
  }

  /** Opens the first recording; one that cannot be opened is an alarm. */
  async open(): Promise<void> {
    this.current = await this.#record(this.#options);
  }

  /**
   * Opens a recording for a plan that batches to come will be tracked with.
   * @returns its first frame's number, once that is tracked
   */
  async changePlan(next: PlanInUse): Promise<{ firstFrame: Promise<number> }> {
    const recorder = this.current ? await this.#record(next) : null;
    this.#end(this.#next?.recorder ?? null);
    const firstFrame = new Promise<number>((begin) => {
      this.#next = { plan: next.plan, recorder, begin };
    });
    // Within an object, since a function that is awaited would wait for it.
    return { firstFrame };
  }

  tracked(batch: TrackedFrames, plan: Plan): void {
    if (this.#next?.plan === plan) this.#begin(this.#next, batch.frames[0]!.id);
    if (this.current) this.current.tracked(batch);
    else if (this.#options.recordings !== null) this.#overruns += batch.frames.length;
  }

  gap(gap: FrameGap): void {
    this.current?.gap(gap);
  }

  /** @throws {RecordingError} when the disk does not take the end of the current one */
  async close(): Promise<void> {
    this.#end(this.#next?.recorder ?? null);
    this.#next = null;
    await this.current?.close();
    await this.#closing;
  }

  #begin({ recorder, begin }: NextPlan, frame: number): void {
    const before = this.current;
    this.#next = null;
    if (before) {
      this.#overruns = this.overruns;
      this.current = recorder;
      this.#end(before);
    }
    begin(frame);
  }

  #end(recorder: RunRecorder | null): void {
    const { onAlarm } = this.#options;
    if (recorder)
      this.#closing = Promise.all([this.#closing, recorder.close().catch(onAlarm)]).then(() => {});
  }

  /** Opens a recording; null, and an alarm, where it cannot be opened. */
  async #record(used: PlanInUse): Promise<RunRecorder | null> {
    const { recordings, onAlarm } = this.#options;
    if (recordings === null) return null;
    return this.#openIn(recordings, used).catch((error: unknown) => {
      if (!(error instanceof RecordingError)) throw error;
      onAlarm(error);
      return null;
    });
  }

  async #openIn(recordings: string, { plan, zLutOf }: PlanInUse): Promise<RunRecorder> {
    const { chosen, onAlarm } = this.#options;
    const { camera, width, height, pixelFormat, fps, pixelSizeNm } = this.#options.camera;
    const folder = await freeFolder(recordings, new Date());
    const rois = this.#rois.list();
    const zLuts = zLutsInUse(rois, zLutOf).map((zLut, index) => {
      const beads = rois.map(({ bead }) => bead).filter((bead) => zLutOf(bead) === zLut);
      return { zLut, name: zLut.name, file: `z-lut-${index}.zlut.npy`, beads };
    });
    const { createRunRecorder } = await import('#recording/run-recorder.ts');
    const recorder = await createRunRecorder(
      folder,
      {
        camera: { camera, width, height, pixelFormat, fps, pixelSizeNm: pixelSizeNm ?? Number.NaN },
        engine: chosen.host.facts,
        plan,
        rois,
        zLuts: zLuts.map(({ name, file, beads }) => ({ name, file, beads })),
      },
      { onAlarm, latency: this.#options.latency, queueLimitBytes: this.#options.queueMiB * 2 ** 20 },
    );
    for (const { zLut, file } of zLuts) {
      // A recording without its Z-LUT is better than none.
      await writeZLut(join(folder, file), zLut).catch((cause: TweezertrackError) => onAlarm(cause));
    }
    return recorder;
  }
}

/** Distinct Z-LUTs of the beads. */
export function zLutsInUse(rois: readonly Roi[], zLutOf: LiveRunOptions['zLutOf']): ZLut[] {
  return [...new Set(rois.map(({ bead }) => zLutOf(bead)))].filter((zLut) => zLut !== null);
}

/** A folder named by the time that does not exist yet, e.g. `runs/2026-11-21_14-03-59`. */
async function freeFolder(recordings: string, now: Date): Promise<string> {
  const stamp = now.toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
  for (let copy = 1; ; copy++) {
    const folder = join(recordings, copy === 1 ? stamp : `${stamp}_${copy}`);
    const taken = await access(folder).then(
      () => true,
      () => false,
    );
    if (!taken) return folder;
  }
}
