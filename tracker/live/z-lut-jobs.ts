import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutComparisonAnswer, ZLutFacts } from '#protocol/z-lut-list.ts';
import type { Plan } from '#stages/plan.ts';

/** A file, or a Z-LUT that is in the memory. */
export type ZLutSource = { path: string } | { zLut: ZLut };

/** Pipeline and ROI sizes that Z-LUTs shall fit. */
export interface ZLutUse {
  plan: Plan;
  roiSizes: readonly number[];
}

/** What the thread that reads Z-LUTs is asked for. */
export type ZLutTask =
  | { type: 'facts'; path: string; use: ZLutUse }
  | { type: 'report'; source: ZLutSource; plan: Plan }
  | { type: 'compare'; first: ZLutSource; second: ZLutSource };

/** What each task gives. */
export interface ZLutResults {
  facts: { facts: ZLutFacts; misfits: { roiSize: number; why: string }[] };
  /** HTML. */
  report: string;
  compare: ZLutComparisonAnswer;
}
