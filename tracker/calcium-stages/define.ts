import type { z } from 'zod';
import type { CellColumn, NeuropilRing } from '#protocol/calcium-live.ts';
import type { CellMap } from '#protocol/cell-map.ts';
import type { Pixels } from '#protocol/pixel-format.ts';

/** What stages of calcium traces hand to one another: a column a cell, events, or something of the whole picture. */
export type CellArray = CellColumn | 'event' | 'waveform' | 'projection';

/** What is known before the first frame. */
export interface CellSetting {
  /** Frames a second, above 0. */
  fps: number;
  map: CellMap;
  neuropil: NeuropilRing | null;
}

/** One frame, as stages read and write it in turn. Columns are [cell], cells in ascending order of their numbers. */
export interface CellFrame {
  /** Rising; a missing number is a missing frame. */
  id: number;
  /** s, camera time. */
  timeS: number;
  /** [row, column] counts of the whole frame. */
  pixels: Pixels;
  /** NaN where not known (yet); `counts` are those less their share of `neuropil`. */
  readonly columns: Record<CellColumn, Float64Array>;
  /** 1 where an event is found in this frame. */
  readonly event: Uint8Array;
  /** Events whose course is complete with this frame: index of the cell, frame of the event, dF/F around it. */
  readonly waveforms: { cell: number; frame: number; at: number; dff: Float32Array }[];
}

/**
 * One step of the calcium traces that are made while frames come: like a stage of beads, but it remembers.
 *
 * `start` makes its state for a setting; `step` takes one frame after the other. Time constants are in seconds and
 * hold by the times of the frames, so that a missing frame shifts nothing.
 */
export interface CalciumStage<Params extends z.ZodObject = z.ZodObject, State = unknown> {
  /** kebab-case; also the config key. */
  readonly name: string;
  readonly title: string;
  /** Paper or document it comes from, and how we differ. */
  readonly source: string;
  readonly params: Params;
  readonly reads: readonly CellArray[];
  readonly writes: readonly CellArray[];
  /** @throws {CalciumError} where the setting does not allow it, e.g. too low a frame rate */
  start(setting: CellSetting, params: z.output<Params>): State;
  step(frame: CellFrame, state: State, params: z.output<Params>): void;
  /** What of a state holds in a new setting, too; null, or left out, where nothing does. */
  keep?(state: State, setting: CellSetting, params: z.output<Params>): State | null;
}

/** Types a stage's functions by its own parameters and what it remembers. */
export function defineCalciumStage<Params extends z.ZodObject, State>(
  stage: CalciumStage<Params, State>,
): CalciumStage<Params, State> {
  return stage;
}
