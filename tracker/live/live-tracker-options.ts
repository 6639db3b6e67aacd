import type { CellMap } from '#protocol/cell-map.ts';
import type { FocusStage } from '#protocol/focus-stage.ts';
import type { ListedCamera } from '#protocol/live.ts';
import type { Motor } from '#protocol/motor.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import type { TruthScore } from '#sinks/truth-score.ts';
import type { Plan } from '#stages/plan.ts';
import type { Config } from '../config.ts';

/** What a live tracker is made of. */
export interface LiveTrackerOptions {
  config: Config;
  plan: Plan;
  /** Z-LUT of a bead, by id, or null. */
  zLutOf(bead: number): ZLut | null;
  /** ROIs to start with, once the frame size is known. */
  rois(frame: { width: number; height: number }): readonly Roi[];
  roiSize: number;
  /** File that keeps what the rig needs after a restart, beads among it; nothing is kept when left out. */
  rigFile?: string;
  /** Cells to start with, in place of those of the settings. */
  cells?: CellMap;
  /** Scores the tracks of a simulated camera. */
  truthScore?: TruthScore;
  /** The focus stage of the settings; that of the camera when left out. */
  focusStage?: FocusStage;
  /** The motors of the settings; those of the camera when left out. */
  motors?: readonly Motor[];
  /** The cameras that a dashboard may choose among; none to choose when left out. */
  cameras?: (() => ListedCamera[]) | undefined;
  /** Told when the first camera has come. */
  onCamera?(): void;
  /** Words for the person at the terminal. */
  log(text: string): void;
}

/** What the settings say of every run. */
export function runSettings({ engine, recording, rois }: Config) {
  const { follow, followPx } = rois;
  return { follow, followPx, maxBatch: engine.maxBatch, queueMiB: recording.queueMiB };
}
