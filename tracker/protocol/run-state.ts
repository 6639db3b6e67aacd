import type { CameraSetting } from './camera-controls.ts';
import type { MovieState } from './movie.ts';

/** The recording under way, or that there is none. */
export interface SavingState {
  on: boolean;
  /** Run folder, or null. */
  folder: string | null;
  /** ms since 1970; null while Saving is off. */
  startedMs: number | null;
  /** Frames tracked and taken by the recorder since the start, rows in the file, rows lost for good. */
  frames: number;
  rows: number;
  rowsLost: number;
  bytes: number;
  /** What was written down as it began. */
  notes: string;
  /** Notes since, the last 50, oldest first. */
  noteLog: { timeMs: number; text: string }[];
}

/** Room for recordings; NaN where it is not known. */
export interface DiskState {
  freeBytes: number;
  /** Over the last seconds of Saving. */
  bytesPerS: number;
  /** Until the disk is full at this rate, s. */
  leftS: number;
  /** Whether less is free than the rig wants, or it is full within minutes. */
  isLow: boolean;
}

/** What a rig keeps for the next start and any browser. */
export interface RigChoices {
  /** Of the names of run folders. */
  pattern: string;
  /** What the next run is called. */
  name: string;
  /** Notes that the next run begins with. */
  notes: string;
  /** Free disk below which there is an alarm, GB. */
  lowDiskGB: number;
  /** px of the ROIs of new beads; null for those of the settings. */
  roiSize: number | null;
}

/** Some of these; what is undefined is as it was. */
export type RigChanges = { [Key in keyof RigChoices]?: RigChoices[Key] | undefined };

/** These choices with changes. */
export function withChanges(choices: RigChoices, changes: RigChanges): RigChoices {
  const { pattern, name, notes, lowDiskGB, roiSize } = changes;
  return {
    pattern: pattern ?? choices.pattern,
    name: name ?? choices.name,
    notes: notes ?? choices.notes,
    lowDiskGB: lowDiskGB ?? choices.lowDiskGB,
    roiSize: roiSize === undefined ? choices.roiSize : roiSize,
  };
}

/** Camera and recording as the Run view shows them. */
export interface RunState {
  /** Whether the camera takes frames; `unknown` for an adapter that cannot stop and go on, and without a camera. */
  acquire: 'on' | 'off' | 'unknown';
  /** Settings of the camera; none without a camera. */
  settings: CameraSetting[];
  saving: SavingState;
  disk: DiskState;
  rig: RigChoices;
  movie: MovieState;
}

/** Sent when any of it changes by somebody's hand; the status has it, too. */
export interface RunStateMessage {
  type: 'run-state';
  run: RunState;
}
