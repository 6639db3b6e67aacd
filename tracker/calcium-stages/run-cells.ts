import { CalciumError } from '#calcium/calcium-error.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { CELL_COLUMNS, type CellColumn, type LiveProjection } from '#protocol/calcium-live.ts';
import { cellsOf } from '#protocol/cell-map.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import type { CalciumStage, CellFrame, CellSetting } from './define.ts';
import { type CellStep, calciumStageNamed } from './plan.ts';
import {
  type ProjectionState,
  readProjection,
  resetProjections,
  welfordProjections,
} from './welford-projections.ts';

/** A camera whose clock goes back by more has started anew: what is remembered has no place in its time. */
const CLOCK_BACK_S = 1;

interface RunningStep {
  stage: CalciumStage;
  params: Record<string, unknown>;
  state: unknown;
}

/** Stages of the calcium traces with what they remember: takes one frame after the other. */
export class CellPipeline {
  /** [cell] numbers, ascending: the order of all columns. */
  readonly cells: Uint16Array;
  readonly #setting: CellSetting;
  readonly #frame: CellFrame;
  #steps: RunningStep[];
  #lastS = Number.NEGATIVE_INFINITY;

  /**
   * @param steps as `parseCellPlan` gives them
   * @param before the pipeline it takes over from: projections of frames of the same size go on
   * @throws {CalciumError} where a stage refuses the setting, e.g. too low a frame rate
   */
  constructor(setting: CellSetting, steps: readonly CellStep[], before?: CellPipeline) {
    this.cells = Uint16Array.from(cellsOf(setting.map));
    this.#setting = setting;
    const column = () => new Float64Array(this.cells.length).fill(Number.NaN);
    this.#frame = {
      id: -1,
      timeS: Number.NaN,
      pixels: new Uint8Array(),
      columns: Object.fromEntries(CELL_COLUMNS.map((name) => [name, column()])) as Record<
        CellColumn,
        Float64Array
      >,
      event: new Uint8Array(this.cells.length),
      waveforms: [],
    };
    this.#steps = this.#started(steps, before ? before.#steps : []);
  }

  #started(steps: readonly CellStep[], before: readonly RunningStep[]): RunningStep[] {
    return steps.map(({ stage: name, params }) => {
      const stage = calciumStageNamed(name);
      const old = before.find((step) => step.stage === stage);
      const kept = old ? stage.keep?.(old.state, this.#setting, params) : null;
      return { stage, params, state: kept ?? stage.start(this.#setting, params) };
    });
  }

  /**
   * Runs every stage on a frame.
   *
   * @param id rising
   * @param timeS s, camera time; a clock that goes back by more than a second begins everything anew
   * @param pixels [row, column] counts
   * @returns what the stages wrote, valid until the next frame
   */
  measure(id: number, timeS: number, pixels: Pixels): CellFrame {
    if (timeS < this.#lastS - CLOCK_BACK_S) this.#restart();
    this.#lastS = Math.max(this.#lastS, timeS);
    const frame = this.#frame;
    frame.id = id;
    frame.timeS = this.#lastS;
    frame.pixels = pixels;
    frame.event.fill(0);
    frame.waveforms.length = 0;
    for (const { stage, state, params } of this.#steps) stage.step(frame, state, params);
    return frame;
  }

  #restart(): void {
    this.#lastS = Number.NEGATIVE_INFINITY;
    for (const column of Object.values(this.#frame.columns)) column.fill(Number.NaN);
    const steps = this.#steps.map(({ stage, params }) => ({ stage: stage.name, params }));
    this.#steps = this.#started(steps, this.#steps);
  }

  /** Frames in the projections; 0 where none are made. */
  get projected(): number {
    return this.#projections()?.sums?.frames ?? 0;
  }

  /** Begins the projections anew with the next frame. */
  resetProjections(): void {
    const state = this.#projections();
    if (state) resetProjections(state);
  }

  /**
   * One image of the frames since the last start of the projections.
   * @returns [row, column] counts
   * @throws {CalciumError} before the first frame, or where no stage makes projections
   */
  project(kind: LiveProjection): NdArray<Float64Array> {
    const state = this.#projections();
    if (state) return readProjection(state, kind);
    throw new CalciumError({
      where: `${kind} projection`,
      expected: `the stage '${welfordProjections.name}' among those of the calcium traces`,
      received: this.#steps.map(({ stage }) => stage.name).join(', ') || 'no stage',
    });
  }

  #projections(): ProjectionState | undefined {
    return this.#steps.find(({ stage }) => stage.name === welfordProjections.name)?.state as
      | ProjectionState
      | undefined;
  }
}
