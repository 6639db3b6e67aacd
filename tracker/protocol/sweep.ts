import type { SweepSettings } from './sweep-request.ts';
import type { StackBuildStatus } from './z-lut-list.ts';
import type { ZLutQuality } from './z-lut-quality.ts';

/**
 * Where a focal sweep is. `moving` and `collecting` take turns; `paused` holds the focus where it is; `homing` goes back
 * to where the focus was before; `interrupted` is resumed or discarded by request; `built` waits to be kept, assigned or
 * discarded; `kept` and `discarded` are its ends.
 */
export type SweepPhase =
  | 'moving'
  | 'collecting'
  | 'paused'
  | 'homing'
  | 'interrupted'
  | 'building'
  | 'built'
  | 'kept'
  | 'discarded';

/** Direction of the focus along a pass. */
export type SweepPass = 'up' | 'down';

/** What became of one bead of a sweep. */
export interface SweepZLut {
  bead: number;
  /** Name of its file in the folder of the sweep, or null when none could be built. */
  file: string | null;
  /** Why there is none. */
  error: string | null;
  /** Frames in it, and frames left out. */
  used: number;
  rejected: number;
  /** What its check found; null when there is none. */
  quality: ZLutQuality | null;
  /** Whether the bead is tracked with it. */
  assigned: boolean;
}

/** How the focus moved beside what it was told, as both ways of a sweep show; NaN where it could not be measured. */
interface SweepMotionStatus {
  /** Focus on the way down less that on the way up at one reading, at the turn, nm. */
  hysteresisNm: number;
  driftNmPerS: number;
}

/** State of the newest focal sweep. */
export interface SweepStatus {
  /** Name of its folder among the sweeps. */
  sweep: string;
  phase: SweepPhase;
  settings: SweepSettings;
  beads: number[];
  /** Planes done, and planes of all passes. */
  plane: number;
  planes: number;
  pass: SweepPass;
  /** Position of the plane that is being taken, nm. */
  planeZNm: number;
  /** Frames of that plane so far, of `settings.framesPerPlane`. */
  frames: number;
  /** Frames passed over because the disk was behind; they were taken anew. */
  missed: number;
  /** Where the focus returns to, nm. */
  homeNm: number;
  /** Why it is paused or interrupted, or what failed; null when nothing is to be said. */
  message: string | null;
  zLuts: SweepZLut[];
  /** Null before the Z-LUTs are built, and for one way only. */
  motion: SweepMotionStatus | null;
}

/** The focus stage as dashboards show it. */
export interface FocusStatus {
  name: string;
  /** Ends of the range it may be moved in, nm: what the stage can do within what the settings allow. */
  fromNm: number;
  toNm: number;
  /** Last position read, nm; NaN before the first. */
  zNm: number;
  settled: boolean;
  /** Target of the move under way, nm, or null. */
  targetNm: number | null;
  /** Why it does not answer, or null. */
  error: string | null;
}

/** Range and step that a quick coarse sweep speaks for. */
export interface SweepSuggestion {
  fromNm: number;
  toNm: number;
  stepNm: number;
  /** The sentence behind it. */
  why: string;
}

/** A Z-LUT that its bead does not look like any more. */
export interface StaleZLut {
  bead: number;
  /** `score` is the match with the best plane, `chi-squared` that of a fit. */
  measure: 'score' | 'chi-squared';
  /** Median now, usual median, and standard deviation of medians from one to the next. */
  now: number;
  usual: number;
  sd: number;
}

/** Everything about the focus and calibration; in the snapshot, with every status, and told at every change. */
export interface CalibrationStatus {
  /** Null when there is no focus stage. */
  focus: FocusStatus | null;
  sweep: SweepStatus | null;
  /** Whether a coarse sweep for a suggestion is under way. */
  suggesting: boolean;
  suggestion: SweepSuggestion | null;
  /** Names of sweeps on disk that can be resumed or discarded. */
  interrupted: string[];
  stale: StaleZLut[];
  /** Null before the first. */
  stackBuild?: StackBuildStatus | null;
}

/** Told at every change of phase, at most. */
export interface CalibrationMessage {
  type: 'calibration';
  calibration: CalibrationStatus;
}

/** One plane of the running sweep, when it is complete; a snapshot brings those before. */
export interface SweepPlaneMessage {
  type: 'sweep-plane';
  sweep: string;
  /** Index among the planes of all passes. */
  plane: number;
  pass: SweepPass;
  /** Position the focus stage had, nm. */
  zNm: number;
  /** [bead] */
  beads: Uint32Array;
  /** [bead][radius] counts; rings of whole px around the middle of the bead in the mean image; NaN where lost. */
  profiles: Float32Array[];
}
