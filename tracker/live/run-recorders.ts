import { join } from 'node:path';
import { RecordingError, type TweezertrackError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { writeZLut } from '#protocol/z-lut-file.ts';
import type { CellFacts } from '#recording/cell-record.ts';
import type { RunRecord } from '#recording/run-record.ts';
import type { RunRecorder } from '#recording/run-recorder.ts';
import type { RoiTable } from '#rois/roi-table.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';
import type { FrameGap, TrackedFrames } from '#sinks/track-sink.ts';
import type { Plan } from '#stages/plan.ts';
import { CellRecordings } from './cell-recordings.ts';
import { inFreeFolder } from './free-folder.ts';
import type { LiveRunOptions } from './live-run.ts';

/** A plan with the Z-LUTs that fit it. */
export interface PlanInUse {
  readonly plan: Plan;
  /** Z-LUT of a bead, by id, or null: x and y only. */
  zLutOf(bead: number): ZLut | null;
}

/** What recordings are made with. */
export type RunRecordersOptions = Pick<
  LiveRunOptions,
  | 'camera'
  | 'pipeline'
  | 'recordings'
  | 'saves'
  | 'describe'
  | 'queueMiB'
  | 'latency'
  | 'positions'
  | 'onAlarm'
> & {
  chosen: { host: Pick<LiveRunOptions['chosen']['host'], 'facts'> };
  /** Frames whose cells are being measured or wait to be; none where nobody measures cells. */
  cellsUnderWay?(): number;
};

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
  ended(closed: Promise<void>): void;
}

/** A plan that no frame was tracked with yet, and what its frames will be recorded with. */
interface NextPlan {
  plan: Plan;
  recorder: RunRecorder | null;
  begin(frame: number): void;
}

/**
 * The recordings of a run, one after the other: each has the frames of one plan, and there is none while Saving is off.
 * Frames are tracked in the order they come, so that a count of them says where a recording ends.
 */
export class RunRecorders {
  current: RunRecorder | null = null;
  readonly #options: RunRecordersOptions;
  readonly #rois: Pick<RoiTable, 'list'>;
  readonly #cells: CellRecordings;
  #next: NextPlan | null = null;
  #closing: Promise<void> = Promise.resolve();
  #ending: Ending | null = null;
  /** Whether frames without a recording should have had one. */
  #isWanted: boolean;
  #isOpening = false;
  #received = 0;
  #settled = 0;
  #lastTracked = -1;
  /** Frames that no recording took, those of the current one aside. */
  #overruns = 0;

  constructor(options: RunRecordersOptions, rois: Pick<RoiTable, 'list'>) {
    this.#options = options;
    this.#rois = rois;
    this.#isWanted = options.saves;
    this.#cells = new CellRecordings(
      () => this.current,
      () => options.cellsUnderWay?.() ?? 0,
    );
  }

  /** Frames that were tracked but should have been recorded, too. */
  get overruns(): number {
    return this.#overruns + (this.current?.stats.frames['recorder-overrun'] ?? 0);
  }

  /** Opens the first recording; one that cannot be opened is an alarm. */
  async open(): Promise<void> {
    if (this.#isWanted) this.current = await this.#record(this.#options.pipeline);
  }

  /**
   * Saving begins: every frame tracked after this has resolved is recorded.
   * @throws {RecordingError} when there is a recording already, or none can be opened
   */
  async start(): Promise<RunRecorder> {
    if (this.current || this.#isOpening) {
      const received = this.current ? this.current.folder : 'one that is being opened';
      throw new RecordingError({
        where: 'Saving',
        expected: 'no recording under way',
        received,
        remedy: 'stop it',
      });
    }
    this.#isOpening = true;
    try {
      const recorder = await this.#openIn(this.#options.recordings, this.#options.pipeline);
      this.#isWanted = true;
      // The next batch may be the first of a plan that changed meanwhile: it begins with this recording.
      if (this.#next) this.#next.recorder = recorder;
      else this.current = recorder;
      return recorder;
    } finally {
      this.#isOpening = false;
    }
  }

  /**
   * Saving ends: every frame received before this call is recorded, and the last batch of them as a whole.
   * @throws {RecordingError} when there is no recording, or the disk does not take its end
   */
  async stop(): Promise<void> {
    if (!this.current || this.#ending) {
      const received = this.#ending ? 'one that is ending' : 'none';
      throw new RecordingError({ where: 'Saving', expected: 'a recording under way', received });
    }
    const { closed } = await new Promise<{ closed: Promise<void> }>((ended) => {
      this.#ending = { received: this.#received, ended: (closed) => ended({ closed }) };
      this.#endIfDue();
    });
    await closed;
  }

  /** A frame is on its way. */
  received(): void {
    this.#received++;
  }

  /** Frames have failed; their gaps are noted. */
  failed(frames: number): void {
    this.#settled += frames;
    this.#endIfDue();
  }

  /**
   * Opens a recording for a plan that batches to come will be tracked with.
   * @returns its first frame's number, once that is tracked
   */
  async changePlan(next: PlanInUse): Promise<{ firstFrame: Promise<number> }> {
    const recorder = this.current && !this.#ending ? await this.#record(next) : null;
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
    else if (this.#isWanted) this.#overruns += batch.frames.length;
    this.#settled += batch.frames.length;
    this.#lastTracked = batch.frames.at(-1)!.id;
    this.#endIfDue();
  }

  /** Cells of frames in frame order, of those that are recorded by now or were until a moment ago. */
  measured(batch: MeasuredCells): void {
    this.#cells.measured(batch);
  }

  /** Cells of the next batch on are measured with these. */
  cellsChanged(facts: CellFacts): void {
    this.#cells.changed(facts);
  }

  /** Frames that came while cells were measured but were not, both included. */
  cellsSkipped(firstFrame: number, lastFrame: number): void {
    this.#cells.skipped(firstFrame, lastFrame);
  }

  gap(gap: FrameGap): void {
    this.current?.gap(gap);
  }

  /** @throws {RecordingError} when the disk does not take the end of the current one */
  async close(): Promise<void> {
    this.#endIfDue(Number.POSITIVE_INFINITY);
    this.#end(this.#next?.recorder ?? null);
    this.#next = null;
    if (this.current) await this.#close(this.current, Number.POSITIVE_INFINITY);
    await this.#closing;
  }

  #begin({ recorder, begin }: NextPlan, frame: number): void {
    const before = this.current;
    this.#next = null;
    if (before || recorder) {
      this.#overruns = this.overruns;
      this.current = recorder;
      this.#end(before, frame - 1);
    }
    begin(frame);
  }

  #endIfDue(settled = this.#settled): void {
    const { current } = this;
    const ending = this.#ending;
    if (!ending || !current || settled < ending.received) return;
    this.#ending = null;
    this.#isWanted = false;
    this.#overruns = this.overruns;
    this.current = null;
    if (this.#next) {
      this.#end(this.#next.recorder);
      this.#next.recorder = null;
    }
    // Whoever stopped it hears how that went; the run must not end before.
    const closed = this.#close(current, this.#lastTracked);
    this.#closing = Promise.all([this.#closing, closed.catch(() => {})]).then(() => {});
    ending.ended(closed);
  }

  /** @param lastFrame of the recording; one that none was tracked for has no cells either */
  #end(recorder: RunRecorder | null, lastFrame = -1): void {
    if (!recorder) return;
    const closed = this.#close(recorder, lastFrame).catch(this.#options.onAlarm);
    this.#closing = Promise.all([this.#closing, closed]).then(() => {});
  }

  async #close(recorder: RunRecorder, lastFrame: number): Promise<void> {
    await this.#cells.ended(recorder, lastFrame);
    await recorder.close();
  }

  /** Opens a recording; null, and an alarm, where it cannot be opened. */
  async #record(used: PlanInUse): Promise<RunRecorder | null> {
    const { recordings, onAlarm } = this.#options;
    return this.#openIn(recordings, used).catch((error: unknown) => {
      if (!(error instanceof RecordingError)) throw error;
      onAlarm(error);
      return null;
    });
  }

  async #openIn(recordings: string, used: PlanInUse): Promise<RunRecorder> {
    const { chosen, onAlarm } = this.#options;
    const { plan } = used;
    const zLutOf = (bead: number) => used.zLutOf(bead);
    const { camera, width, height, pixelFormat, fps, pixelSizeNm } = this.#options.camera;
    const described = this.#options.describe();
    const rois = this.#rois.list();
    const zLuts = zLutsInUse(rois, zLutOf).map((zLut, index) => {
      const beads = rois.map(({ bead }) => bead).filter((bead) => zLutOf(bead) === zLut);
      return { zLut, name: zLut.name, file: `z-lut-${index}.zlut.npy`, beads };
    });
    const { createRunRecorder } = await import('#recording/run-recorder.ts');
    const { folder: _, ...written } = described;
    const facts = {
      camera: { camera, width, height, pixelFormat, fps, pixelSizeNm: pixelSizeNm ?? Number.NaN },
      engine: chosen.host.facts,
      plan,
      rois,
      zLuts: zLuts.map(({ name, file, beads }) => ({ name, file, beads })),
      ...written,
    };
    const { latency, positions, queueMiB } = this.#options;
    const recorder = await inFreeFolder(join(recordings, described.folder), (folder) =>
      createRunRecorder(folder, facts, { onAlarm, latency, positions, queueLimitBytes: queueMiB * 2 ** 20 }),
    );
    for (const { zLut, file } of zLuts) {
      // A recording without its Z-LUT is better than none.
      await writeZLut(join(recorder.folder, file), zLut).catch((cause: TweezertrackError) => onAlarm(cause));
    }
    return recorder;
  }
}

/** Distinct Z-LUTs of the beads. */
export function zLutsInUse(rois: readonly Roi[], zLutOf: PlanInUse['zLutOf']): ZLut[] {
  return [...new Set(rois.map(({ bead }) => zLutOf(bead)))].filter((zLut) => zLut !== null);
}
