import { readFileSync } from 'node:fs';
import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import { SKIPPED_RADII } from '#stages/pearson.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';
import { middleOf, WINDOW_SHARE } from '#stages/self-convolution.ts';

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

/** 32-bit words of one bead in one frame, by name; its profile follows from `profile` on. */
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

/** Bits of `RESULT_WORDS.flags`: which results are numbers, and whether the profile is above 0, not the darkest. */
export const RESULT_FLAGS = { x: 1, y: 2, z: 4, score: 8, light: 16, profileFromZero: 32 } as const;

/** Bits of `RESULT_WORDS.flags` from here on are those of `TRACK_STATUS` that stages set. */
export const RESULT_STATUS_SHIFT = 16;

/** Words of an ROI in the kernel's table: the struct `Roi` of roi.wgsl. */
export const ROI_WORDS = {
  start: 0,
  stride: 1,
  bead: 2,
  zLutStart: 3,
  planes: 4,
  seedXWhole: 6,
  seedYWhole: 7,
  seedXOffset: 8,
  seedYOffset: 9,
} as const;
export const ROI_WORD_COUNT = 10;

/** `seedXWhole` or `seedYWhole` of a center that is not known. */
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
  const constants = sharedConstants(plan, size, pixelFormat, options);
  const bySubgroup = options.reduction === 'subgroup';
  const texts = new Set([...SHARED, bySubgroup ? 'reduce-subgroup' : 'reduce']);
  const calls = options.givenRadii ? ['  given_profile(lane);'] : [];
  for (const { stage: name, params } of plan) {
    const { scratchLength = 0, ...own } = stageNamed(name).constants(params, size);
    Object.assign(constants, own);
    constants.scratchLength = Math.max(constants.scratchLength, scratchLength);
    texts.add(name);
    calls.push(`  ${name.replaceAll('-', '_')}(lane);`);
  }
  return [
    ...(bySubgroup ? ['enable subgroups;'] : []),
    ...Object.entries(constants).map(([name, value]) => `const ${name} = ${value};`),
    ...[...texts].map(readText),
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
  { lanes, keepsProfiles, givenRadii, keeps }: KernelOptions,
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
    scratchLength: Math.max(2 * size, ringParts * profileLength),
    bytesPerPixel: PIXEL_FORMATS[pixelFormat].bytesPerPixel,
    keepsProfiles,
    keepsConvolutions: keeps === 'convolutions',
    keepsSamples: keeps === 'samples',
    noSeed: NO_SEED,
    emptyBin: EMPTY_BIN,
    ...prefixed('result', RESULT_WORDS),
    ...prefixed('flag', RESULT_FLAGS),
    resultStatusShift: RESULT_STATUS_SHIFT,
  };
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
