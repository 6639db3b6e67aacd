import type { PositionColumn } from './trace-columns.ts';
import type { TRACK_STATUS } from './track-status.ts';

export type ParamValue = number | boolean | string;

/** A parameter of a stage, for a form. */
export interface ParamDescription {
  name: string;
  title: string;
  description: string;
  unit: string | null;
  /** What there is to choose from has `choices`, numbers that are not have limits where there are any. */
  type: 'number' | 'integer' | 'boolean' | 'choice';
  default: ParamValue;
  min: number | null;
  max: number | null;
  choices: readonly (string | number)[] | null;
}

export interface StageDescription {
  name: string;
  title: string;
  source: string;
  /** Arrays it takes from stages before it, and leaves for those behind it. */
  reads: readonly string[];
  writes: readonly string[];
  params: ParamDescription[];
}

/** A step with all its parameters. */
export interface DescribedStep {
  stage: string;
  params: Record<string, ParamValue>;
}

/** Every stage and preset there is, and the plan that runs. */
export interface PipelineMessage {
  type: 'pipeline';
  id: number;
  stages: StageDescription[];
  presets: { name: string; title: string; steps: DescribedStep[] }[];
  plan: DescribedStep[];
}

/** Why steps are no plan. */
export interface PlanProblem {
  /** Number of the step, -1 for all of them. */
  step: number;
  /** The parameter it is about, or null: the step itself. */
  param: string | null;
  message: string;
}

/** A bead that has a Z-LUT which a plan cannot use: it would have no z. */
export interface UnfitZLut {
  bead: number;
  zLut: string;
  why: string;
}

export interface PlanCheckMessage {
  type: 'plan-check';
  id: number;
  /** None when it is a plan. */
  problems: PlanProblem[];
  unfit: UnfitZLut[];
  /** Whether the plan finds z at all. */
  findsZ: boolean;
}

/** What a plan finds of one bead. */
export interface TrialFigures {
  /** Shares of the frames in which it finds x and y, and z. */
  found: number;
  foundZ: number;
  /** Noise from frame to frame, as a standard deviation; NaN without two frames in a row. */
  noise: Record<PositionColumn, number>;
  /** Mean; NaN where there is none. */
  score: number;
  /** Frames by status. */
  status: Partial<Record<'ok' | keyof typeof TRACK_STATUS, number>>;
}

export interface BeadTrial {
  bead: number;
  present: TrialFigures;
  proposed: TrialFigures;
  /** Mean of proposed less present over the frames in which both find it; NaN without one. */
  difference: Record<PositionColumn, number>;
}

/** [frame] positions of one bead by both plans. */
export interface TrialTrace {
  bead: number;
  timeS: Float64Array;
  present: Record<PositionColumn, Float64Array>;
  proposed: Record<PositionColumn, Float64Array>;
}

/** The present and a proposed plan on the same frames. */
export interface PlanTrialMessage {
  type: 'plan-trial';
  id: number;
  /** Frames and the time they span, s. */
  frames: number;
  spanS: number;
  /** Time of one ROI, us: the median of the frames, in one thread of the CPU, whatever engine tracks. */
  usPerRoi: { present: number; proposed: number };
  beads: BeadTrial[];
  trace: TrialTrace | null;
}
