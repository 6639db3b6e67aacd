import { readFileSync } from 'node:fs';
import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import { SKIPPED_RADII } from '#stages/pearson.ts';
import { type Plan, planRadii } from '#stages/plan.ts';
import { planFits } from '#stages/plan-needs.ts';
import { middleOf, WINDOW_SHARE } from '#stages/self-convolution.ts';
import { callOf, composeSeeds, fitAttempts } from './attempts.ts';
import { stageConstants } from './constants.ts';
import { MODEL_WORDS, NO_MODEL } from './model-table.ts';

/** Texts every kernel begins with; Dawn drops the functions and arrays a plan does not use. */
const SHARED = [
  'roi',
  'parabolic-vertex',
  'self-convolution',
  'median',
  'polar-samples',
  'levels',
  'weighted-vertex',
];

/** What the text of a stage calls beside these. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  'maximum-likelihood': ['likelihood-sums', 'solve-normal'],
};

/** 32-bit words of one bead in one frame, by name; its profile follows from `profile` on, then what a fit says. */
export const RESULT_WORDS = {
  flags: 0,
  xWhole: 1,
  xPart: 2,
  yWhole: 3,
  yPart: 4,
  plane: 5,
  planeOffset: 6,
  score: 7,
  darkest: 8,
  brightest: 9,
  profile: 10,
} as const;

/** The last words of one bead in one frame, only of plans that fit: standard deviations in px and knots of the model. */
export const FIT_WORDS = { sigmaX: 0, sigmaY: 1, sigmaZ: 2, chiSquared: 3 } as const;
export const FIT_WORD_COUNT = 4;

/**
 * Bits of `RESULT_WORDS.flags`: which results are numbers, whether the profile is above 0, not the darkest, and
 * whether the plane is a knot of the model.
 */
export const RESULT_FLAGS = {
  x: 1,
  y: 2,
  z: 4,
  score: 8,
  light: 16,
  profileFromZero: 32,
  zOfModel: 64,
  sigma: 128,
  sigmaZ: 256,
  chiSquared: 512,
} as const;

/** Bits of `RESULT_WORDS.flags` from here on are those of `TRACK_STATUS` that stages set. */
export const RESULT_STATUS_SHIFT = 16;

/** Words of an ROI in the kernel's table: the struct `Roi` of roi.wgsl. */
export const ROI_WORDS = {
  start: 0,
  stride: 1,
  bead: 2,
  zLutStart: 3,
  planes: 4,
  modelStart: 5,
  seedXWhole: 6,
  seedYWhole: 7,
  seedXOffset: 8,
  seedYOffset: 9,
  seedKnot: 10,
  seedBeyond: 11,
} as const;
export const ROI_WORD_COUNT = 12;

/** Largest count of a camera that has none. */
const NO_SATURATION = 3e38;

/** Planes around the best one that the lookup fits at most. */
const NEAR_PLANES = 7;

/** Knots of a model along an axis at least. */
export const LEAST_KNOTS = 4;

/** `seedXWhole` or `seedYWhole` of a center that is not known, `seedKnot` of a height. */
export const NO_SEED = 0x7fffffff;

/** Counts above the darkest pixel of a profile bin without a pixel, where WGSL cannot promise a NaN. */
export const EMPTY_BIN = -1;

/**
 * Numbers that a test kernel gives back in place of the profile. Convolutions: [axis, lag] of the last
 * self-convolution, x first, in squared counts of the mean line. Samples: [axis, position] counts of qi at -1, 0 and
 * +1 px from the center, x first. One that is `EMPTY_BIN` to the last bit is taken for NaN.
 */
export type Kept = 'convolutions' | 'samples';

/** Numbers that are kept of an ROI of this size. */
export function keptLength(keeps: Kept, size: number): number {
  return keeps === 'convolutions' ? 2 * size : 6;
}

/** How lanes add up: by halves through workgroup memory, or first within the subgroups of the adapter. */
export type Reduction = 'tree' | 'subgroup';

export interface KernelOptions {
  /** Invocations that share one ROI; a power of 2, at most 256. */
  lanes: number;
  /** `subgroup` needs a device with that feature. */
  reduction: Reduction;
  /** Whether the radial profile goes into the results. */
  keepsProfiles: boolean;
  /** Radii of the profiles that are given to a plan that makes none. */
  givenRadii?: number | undefined;
  /** What takes the place of the profile. */
  keeps?: Kept | undefined;
  /** Whether the fit starts where the bead was last, as far as its ROI says. */
  startsWarm?: boolean | undefined;
  /** Radial knots of the largest model; the fewest that there can be when left out. */
  modelKnots?: number | undefined;
}

/**
 * WGSL of a whole plan for ROIs of one size: the entry point `track` works on one ROI of one frame with one
 * workgroup, dispatched as (ROIs, frames). A plan of one stage is that stage's test kernel.
 *
 * @param plan its stages have every parameter, as from `parsePlan`; may begin with a stage that reads `center`,
 *   which is then the seed of the ROI
 */
export function composeKernel(
  plan: Plan,
  size: number,
  pixelFormat: PixelFormat,
  options: KernelOptions,
): string {
  const fits = planFits(plan);
  const { steps, seeds } = fitAttempts(plan);
  const own = stageConstants([plan, ...seeds.slice(1)], size);
  const shared = sharedConstants(plan, size, pixelFormat, options);
  const scratchLength = Math.max(
    shared.scratchLength,
    own.scratchLength,
    fits ? fitScratch(plan, options) : 0,
  );
  const bySubgroup = options.reduction === 'subgroup';
  const stages = [...seeds, steps].flat().map(({ stage }) => stage);
  const texts = new Set([
    ...SHARED,
    bySubgroup ? 'reduce-subgroup' : 'reduce',
    fits ? 'uniform-load' : 'uniform-constant',
    ...stages.flatMap((stage) => [stage, ...(CALLED[stage] ?? [])]),
  ]);
  const calls = [
    ...(options.givenRadii ? ['  given_profile(lane);'] : []),
    ...steps.map((step) => `  ${[...own.settings([step]), callOf(step.stage)].join('\n  ')}`),
  ];
  return [
    ...(bySubgroup ? ['enable subgroups;'] : []),
    ...Object.entries({ ...shared, scratchLength, restarts: seeds.length - 1 }).map(
      ([name, value]) => `const ${name} = ${value};`,
    ),
    ...own.declarations,
    ...[...texts].map(readText),
    ...(fits ? composeSeeds(seeds, own.settings) : []),
    '@compute @workgroup_size(lanes)',
    'fn track(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {',
    ...(bySubgroup ? ['  find_subgroup(lane);'] : []),
    '  begin_roi(group.x, group.y, lane);',
    // A stage may still read what the next one writes over.
    ...calls.flatMap((call, index) => (index === 0 ? [call] : ['  workgroupBarrier();', call])),
    '  end_roi(lane);',
    '}',
  ].join('\n');
}

function sharedConstants(
  plan: Plan,
  size: number,
  pixelFormat: PixelFormat,
  { lanes, keepsProfiles, givenRadii, keeps, startsWarm = false }: KernelOptions,
): Record<string, number | boolean> & { scratchLength: number } {
  const laneColumns = Math.min(8, lanes);
  // A plan may make several profiles, the last of which counts.
  const profileRadii = keeps ? keptLength(keeps, size) : (givenRadii ?? planRadii(plan, size));
  const profileLength = Math.max(1, profileRadii, ...plan.map((step) => planRadii([step], size)));
  // Two items a lane even out the work of small and large rings.
  const ringParts = Math.max(1, Math.floor((2 * lanes) / profileLength));
  return {
    lanes,
    laneColumns,
    laneRows: lanes / laneColumns,
    roiSize: size,
    middle: middleOf(size),
    windowSigmaPx: size * WINDOW_SHARE,
    profileRadii,
    profileLength,
    ringParts,
    lookupZSkippedRadii: SKIPPED_RADII,
    scratchLength: Math.max(2 * size, ringParts * profileLength, profileLength + NEAR_PLANES),
    bytesPerPixel: PIXEL_FORMATS[pixelFormat].bytesPerPixel,
    saturation: Math.min(PIXEL_FORMATS[pixelFormat].saturation, NO_SATURATION),
    sumsAtOnce: sumsAtOnce(plan),
    keepsProfiles,
    startsWarm,
    keepsFits: planFits(plan),
    keepsConvolutions: keeps === 'convolutions',
    keepsSamples: keeps === 'samples',
    noSeed: NO_SEED,
    noModel: NO_MODEL,
    emptyBin: EMPTY_BIN,
    fitWords: FIT_WORD_COUNT,
    ...prefixed('fit', FIT_WORDS),
    ...prefixed('model', MODEL_WORDS),
    ...prefixed('result', RESULT_WORDS),
    ...prefixed('flag', RESULT_FLAGS),
    resultStatusShift: RESULT_STATUS_SHIFT,
  };
}

/** Sums of four that a fit adds up: those of five unknowns, and those of the tilts. */
function sumsAtOnce(plan: Plan): number {
  return plan.some(({ params }) => params.tilt === true) ? 10 : 6;
}

/** Elements of scratch that hold the model at one height, or the sums of the lanes with their totals. */
function fitScratch(plan: Plan, { lanes, modelKnots = LEAST_KNOTS }: KernelOptions): number {
  return Math.max(4 * (modelKnots - 3), 2 * sumsAtOnce(plan) * (lanes + 1));
}

/** `{ xWhole: 1 }` as `{ resultXWhole: 1 }`. */
function prefixed(prefix: string, names: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(names).map(([name, value]) => [prefix + name[0]!.toUpperCase() + name.slice(1), value]),
  );
}

function readText(name: string): string {
  return readFileSync(new URL(`../../stages/${name}.wgsl`, import.meta.url), 'utf8');
}
