import type { z } from 'zod';
import type { ZLut } from '#protocol/z-lut.ts';

/** Named arrays that stages hand to one another, per bead and frame. */
export const ARRAYS = {
  center: { axes: ['xy'], unit: 'px of the ROI' },
  profile: { axes: ['radius'], unit: 'counts' },
  zNm: { axes: [], unit: 'nm' },
  score: { axes: [], unit: 'Pearson r' },
  sigma: { axes: ['xyz'], unit: 'px, px, nm' },
  chiSquared: { axes: [], unit: 'of 1 expected' },
} as const;

export type ArrayName = keyof typeof ARRAYS;

/** Where a bead is: ROI px and nm. */
export interface BeadPlace {
  xPx: number;
  yPx: number;
  zNm: number;
}

/** One bead in one frame, as the float64 reference sees it; stages read and write it in turn. */
export interface BeadState {
  /** [row, column] counts of the ROI, square. */
  readonly pixels: Float64Array;
  readonly size: number;
  /** Whether all counts are integers from 0 to 65535, which a stage may use to be faster; not known when left out. */
  readonly wholeCounts?: boolean;
  readonly zLut: ZLut | null;
  /** ROI px, x column and y row; NaN when not found. */
  xPx: number;
  yPx: number;
  /** [radius] counts; NaN where a bin holds no pixel. */
  profile: Float64Array;
  zNm: number;
  score: number;
  /** Bits of `TRACK_STATUS` that stages set; none when left out. */
  status?: number;
  /** Largest count of the camera; none when left out. */
  readonly saturation?: number;
  /** Standard deviations of x, y and z by the photons of this image; NaN, or left out, where no stage tells. */
  sigmaXPx?: number;
  sigmaYPx?: number;
  sigmaZNm?: number;
  /** Squared residuals of a fit for each degree of freedom, over their variance; 1 is a good fit. */
  chiSquared?: number;
  /** Where it was in a frame before, if it was well behaved there; null, or left out, where none is known. */
  last?: BeadPlace | null;
}

/**
 * One algorithm, defined once: what it means, its parameters, and the readable float64 reference
 * that every faster implementation is tested against.
 *
 * The GPU text stands beside it as `NAME.wgsl`: one function named as the stage in snake_case that works
 * on one ROI with one workgroup; `constants` gives its numbers, so that no WGSL repeats one the host knows.
 */
export interface Stage<Params extends z.ZodObject = z.ZodObject> {
  /** kebab-case; also the config key and the file name of its texts. */
  readonly name: string;
  readonly title: string;
  /** Paper or document the algorithm comes from, and how we differ. */
  readonly source: string;
  readonly params: Params;
  readonly reads: readonly ArrayName[];
  readonly writes: readonly ArrayName[];
  reference(bead: BeadState, params: z.output<Params>): void;
  /**
   * Does its work from `bead.last`, in place of the stages before it; for stages with a parameter `warmStart`.
   * @returns false where that place will not do: every stage of the plan must then run
   */
  resume?(bead: BeadState, params: z.output<Params>): boolean;
  /**
   * WGSL `const` values of this stage for an ROI of `size` px, by name. `scratchLength` is how many elements of the
   * kernel's scratch the stage uses, if more than twice the size.
   */
  constants(params: z.output<Params>, size: number): Readonly<Record<string, number>>;
  /** Number of radii of the profile it writes, for stages that write one. */
  radii?(params: z.output<Params>, size: number): number;
  /** Whether a bead with a Z-LUT needs one that holds a model. */
  readonly needsModel?: true;
  /** The parameters that decide what its profile is, which a Z-LUT must share; all of them when left out. */
  method?(params: z.output<Params>): Readonly<Record<string, unknown>>;
}

/** Types a stage's functions by its own parameter schema. */
export function defineStage<Params extends z.ZodObject>(stage: Stage<Params>): Stage<Params> {
  return stage;
}
