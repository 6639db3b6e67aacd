import type { ZLutQuality } from './z-lut-quality.ts';

/** Path of the list of Z-LUTs; `report`, `download` and `compare` lie below it. */
export const Z_LUTS_PATH = '/z-luts';

/** What people choose a Z-LUT by. */
export interface ZLutFacts {
  name: string;
  planes: number;
  /** Lowest and highest plane, nm. */
  fromNm: number;
  toNm: number;
  radii: number;
  /** px it was built with; null where it does not say. */
  roiSize: number | null;
  /** How its profiles were made; null where it does not say. */
  method: string | null;
  /** Whether it holds a model of the bead. */
  model: boolean;
  quality: ZLutQuality | null;
  /** ISO 8601. */
  madeAt: string | null;
}

/** A Z-LUT file that beads can be tracked with. */
export interface ListedZLut {
  /** `z-luts/FILE` or `sweeps/SWEEP/FILE`. */
  zLut: string;
  bytes: number;
  /** Last change, ms since 1970. */
  changedMs: number;
  facts: ZLutFacts | null;
  /** Why it cannot be read; null where it can. */
  error: string | null;
  /** What speaks against it for ROIs of a size that beads have now; sizes it fits are left out. */
  misfits: { roiSize: number; why: string }[];
}

/** What a bead is tracked with. */
export interface ZLutInUse {
  bead: number;
  /** px. */
  roiSize: number;
  /** Its name in reports, downloads and comparisons: `in-use/BEAD`. */
  zLut: string;
  /** Null without a Z-LUT. */
  facts: ZLutFacts | null;
  /** Whether this is the one it began with, or none was there. */
  isFirst: boolean;
}

/** A recorded focal sweep that Z-LUTs can be built from. */
export interface ListedStack {
  /** `stacks/FILE`, `stacks/FOLDER` or `sweeps/SWEEP`. */
  stack: string;
  /** Whether it is a sweep that was taken here, with planes and ROIs of its own. */
  isSweep: boolean;
}

/** The newest build from a stack. */
export interface StackBuildStatus {
  stack: string;
  phase: 'building' | 'built' | 'failed' | 'stopped';
  /** What was said last: progress while it builds, then a summary or why it failed; null when there is nothing. */
  message: string | null;
  /** What it made, by the names they have in the list. */
  zLuts: { zLut: string; quality: ZLutQuality | null }[];
}

/** Answer to a request for the list. */
export interface ZLutList {
  /** Where files to choose from lie, for people. */
  folder: string;
  /** Newest first. */
  zLuts: ListedZLut[];
  /** Files beyond the number that is listed. */
  leftOut: number;
  /** Where stacks to build from lie, for people. */
  stackFolder: string;
  /** Newest first. */
  stacks: ListedStack[];
  /** Stacks beyond the number that is listed. */
  stacksLeftOut: number;
  inUse: ZLutInUse[];
}

/** Name of what a bead began with. */
export const FIRST_Z_LUT = 'first';

/** How the heights of one Z-LUT are found in another. */
export interface ZLutComparisonAnswer {
  planes: number;
  found: number;
  elsewhere: number;
  /** nm of the second that the first covers. */
  overlapNm: [from: number, to: number];
  scale: number;
  offsetNm: number;
  residualNm: number;
  /** Median correlation. */
  score: number;
  /** Root mean square about the line by height. */
  bands: { fromNm: number; toNm: number; planes: number; rmsNm: number }[];
}
