import type { FrameLayout } from '#protocol/frame-layout.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import type { Spoiling } from './spoil.ts';

/** One row of the contract: beads, how they are tracked, and what their pixels are. */
export interface ContractCase {
  name: string;
  plan: Plan;
  pixelFormat: PixelFormat;
  /** [bead] px of its ROI; the ROIs lie side by side. */
  sizes: readonly number[];
  /** [bead] what is wrong with its pixels, nothing where left out. */
  spoilings?: readonly (Spoiling | undefined)[];
  /** Nine ROIs of one size fill the frame, so that every corner and border has one. */
  atBorders?: boolean;
  layout?: FrameLayout;
  frames?: number;
  /** After the first batch, ROIs move and another is tracked. */
  moves?: boolean;
  /** After it, the engine is configured for this plan, other sizes and another pixel type. */
  thenPlan?: Plan;
  /** More than a software adapter can track in a test. */
  large?: boolean;
}

type Steps = Parameters<typeof parsePlan>[0];

/** A center without and, as other stages need one, with steps after it. */
const centered = (...steps: Steps) => parsePlan([{ stage: 'center-of-mass' }, ...steps]);
const lookedUp = (params: Record<string, unknown>) =>
  centered({ stage: 'auto-conv' }, { stage: 'radial-profile' }, { stage: 'lookup-z', params });
const profiled = (params: Record<string, unknown>) =>
  centered({ stage: 'auto-conv-sub-pixel' }, { stage: 'radial-profile', params });
const transformed = (params: Record<string, unknown>) => centered({ stage: 'fft-profile', params });

/** Every stage by itself, as far as it can be, with every choice it has. */
const PLANS: readonly [name: string, plan: Plan][] = [
  ...(['none', 'mean', 'median', 'threshold'] as const).map((background): [string, Plan] => [
    `center-of-mass ${background}`,
    parsePlan([{ stage: 'center-of-mass', params: { background } }]),
  ]),
  [
    'center-of-mass, bright only',
    parsePlan([{ stage: 'center-of-mass', params: { background: 'threshold', absolute: false, k: 0.5 } }]),
  ],
  ['auto-conv', centered({ stage: 'auto-conv' })],
  ['auto-conv-multiline', centered({ stage: 'auto-conv-multiline', params: { lineRatio: 0.2 } })],
  ...[3, 5, 7].map((nLocal): [string, Plan] => [
    `auto-conv-sub-pixel of ${nLocal}`,
    centered({ stage: 'auto-conv-sub-pixel', params: { nLocal } }),
  ]),
  [
    'auto-conv-multiline-sub-pixel of all lines',
    centered({
      stage: 'auto-conv-multiline-sub-pixel',
      params: { lineRatio: 0.5, nLocal: 7, iterations: 3 },
    }),
  ],
  ['qi', centered({ stage: 'auto-conv' }, { stage: 'qi' })],
  ['quadrant-interpolation', centered({ stage: 'quadrant-interpolation' })],
  [
    'quadrant-interpolation by the cosine',
    centered({
      stage: 'quadrant-interpolation',
      params: { weights: 'cosine', angularFactor: 3, iterations: 2 },
    }),
  ],
  ['radial-profile nearest', profiled({ oversample: 1 })],
  ['radial-profile nearest, oversampled', profiled({ oversample: 4 })],
  ['radial-profile split', profiled({ bins: 'split', oversample: 2 })],
  ['radial-profile interpolate', profiled({ bins: 'interpolate', radialSteps: 1.5 })],
  ['fft-profile', transformed({})],
  ['fft-profile without a window', transformed({ window: 'none', rmax: 1, oversample: 2 })],
  ['fft-profile, axes swapped', transformed({ window: 'axes-swapped', rmin: 0.1 })],
  ['lookup-z of 3', lookedUp({ nLocal: 3 })],
  [
    'lookup-z of 7, weighted, to the ends',
    lookedUp({ nLocal: 7, match: 'weighted-least-squares', ends: 'fit' }),
  ],
  ['lookup-z with limits', lookedUp({ minScore: 0.9, minMargin: 1.6 })],
];

const everyPreset = (make: (plan: Plan, preset: string) => ContractCase[]) =>
  PRESET_NAMES.flatMap((preset) => make(presetPlan(preset), preset));

const SOFTWARE_LIMIT_PX = 65;

/** The contract, row by row: every engine gives what the reference gives of every one. */
export const CASES: readonly ContractCase[] = [
  ...PLANS.map(([name, plan]): ContractCase => {
    return {
      name,
      plan,
      pixelFormat: 'mono8',
      sizes: [31, 31, 31, 31, 31],
      spoilings: [undefined, 'first-planes', 'near-border', undefined, 'noise'],
      frames: 2,
    };
  }),
  ...everyPreset((plan, preset) =>
    (['mono12', 'mono16', 'float32'] as const).map((pixelFormat) => {
      return { name: `${preset}, ${pixelFormat}`, plan, pixelFormat, sizes: [32, 32, 32] };
    }),
  ),
  ...everyPreset((plan, preset) =>
    [8, 9, 16, 64, 65, 100, 128, 256].map((size) => {
      const large = size > SOFTWARE_LIMIT_PX || (size !== 65 && preset === 'fast');
      return { name: `${preset}, ${size} px`, plan, pixelFormat: 'mono8', sizes: [size, size], large };
    }),
  ),
  {
    // Light of all counts: the middle two pixels of a small ROI are far apart.
    name: 'center-of-mass median of 16 bits',
    plan: parsePlan([{ stage: 'center-of-mass', params: { background: 'median' } }]),
    pixelFormat: 'mono16',
    sizes: [8, 8, 31, 8, 8, 31],
    spoilings: ['noise', 'noise', 'noise', 'noise', 'noise', 'saturated'],
  },
  {
    name: 'magtrack, 512 px',
    plan: presetPlan('magtrack'),
    pixelFormat: 'mono16',
    sizes: [512],
    large: true,
  },
  ...everyPreset((plan, preset) => [
    { name: `${preset}, borders`, plan, pixelFormat: 'mono8', sizes: new Array(9).fill(32), atBorders: true },
    {
      name: `${preset}, mixed sizes, alone in the frame, moving`,
      plan,
      pixelFormat: 'mono8',
      sizes: [32, 31, 32, 31],
      layout: 'rois',
      frames: 3,
      moves: true,
    },
    {
      name: `${preset}, spoiled counts`,
      plan,
      pixelFormat: 'mono8',
      sizes: new Array(8).fill(32),
      spoilings: ['flat', undefined, 'black', 'blown', 'saturated', 'off-center', 'noise', 'line'],
    },
    {
      name: `${preset}, misplaced beads`,
      plan,
      pixelFormat: 'mono8',
      sizes: new Array(8).fill(32),
      spoilings: [
        'near-border',
        'first-planes',
        undefined,
        'beyond-planes',
        'beyond-planes',
        undefined,
        'first-planes',
        'near-border',
      ],
    },
    {
      name: `${preset}, spoiled numbers`,
      plan,
      pixelFormat: 'float32',
      sizes: new Array(6).fill(32),
      spoilings: ['nan-pixel', undefined, 'all-nan', 'flat', 'nan-corner', 'off-center'],
    },
  ]),
  {
    name: 'ROIs of 12 bits that move, then another plan',
    plan: presetPlan('magtrack'),
    pixelFormat: 'mono12',
    sizes: [32, 31],
    frames: 2,
    moves: true,
    thenPlan: presetPlan('quadrant'),
  },
  { name: 'no beads', plan: presetPlan('magtrack'), pixelFormat: 'mono8', sizes: [], frames: 2 },
];
