import { MAGTRACK_PLAN, type Plan, parsePlan } from './plan.ts';

/** A pipeline with a name. */
interface Preset {
  /** What it is for, in one sentence. */
  title: string;
  /** Stages in the order they run, with the parameters that are not the defaults. */
  steps: readonly { stage: string; params?: Record<string, unknown> }[];
}

/** Below the match of every simulated bead at 200 photons (0.99), above that of beads beyond the Z-LUT (0.88). */
const HONEST_LOOKUP = {
  match: 'weighted-least-squares',
  nLocal: 3,
  ends: 'fit',
  minScore: 0.9,
  minMargin: 0.01,
};

/** Every pipeline that can be asked for by name: adding one is an entry here. */
export const PRESETS = {
  magtrack: {
    title: "MagTrack's stack_to_xyzp, number for number",
    steps: MAGTRACK_PLAN,
  },
  'magtrack-fft': {
    title: "MagTrack's stack_to_xyzp_advanced with its documented defaults: z from the Fourier transform",
    steps: [
      { stage: 'center-of-mass' },
      { stage: 'auto-conv' },
      { stage: 'auto-conv-multiline-sub-pixel' },
      { stage: 'fft-profile' },
      { stage: 'lookup-z' },
    ],
  },
  quadrant: {
    title: 'nearest to the limit that the photons set, and a status where there is no bead',
    steps: [
      { stage: 'center-of-mass', params: { background: 'threshold' } },
      { stage: 'quadrant-interpolation', params: { angularFactor: 2, weights: 'cosine' } },
      { stage: 'radial-profile', params: { bins: 'interpolate' } },
      { stage: 'lookup-z', params: HONEST_LOOKUP },
    ],
  },
  fast: {
    title: 'the fewest samples that keep x, y and z within 1 nm rms at 1000 photons, in ROIs from 64 px',
    steps: [
      { stage: 'center-of-mass', params: { background: 'threshold' } },
      {
        stage: 'quadrant-interpolation',
        params: { iterations: 2, radialSteps: 1.5, angularDensity: 0.5, weights: 'cosine' },
      },
      { stage: 'radial-profile', params: { bins: 'interpolate', radialSteps: 2, angularDensity: 0.5 } },
      { stage: 'lookup-z', params: HONEST_LOOKUP },
    ],
  },
  precise: {
    title:
      'at the limit that the photons set, with an error bar on every point; needs Z-LUTs that hold a model',
    steps: [
      { stage: 'center-of-mass', params: { background: 'threshold' } },
      {
        stage: 'quadrant-interpolation',
        params: {
          ...{ iterations: 2, radialSteps: 1, angularDensity: 0.3, angularFactor: 2 },
          ...{ weights: 'cosine', minSymmetry: 0 },
        },
      },
      { stage: 'radial-profile', params: { bins: 'split' } },
      { stage: 'lookup-z', params: { match: 'weighted-least-squares', nLocal: 3, ends: 'fit' } },
      { stage: 'maximum-likelihood' },
    ],
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** The plan of a preset, with every parameter given. */
export function presetPlan(name: PresetName): Plan {
  return parsePlan(presetSteps(name));
}

/** Its steps as they may be changed before they are parsed. */
export function presetSteps(name: PresetName): { stage: string; params: Record<string, unknown> }[] {
  const { steps }: Preset = PRESETS[name];
  return steps.map(({ stage, params = {} }) => ({ stage, params: { ...params } }));
}
