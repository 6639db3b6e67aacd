import { advancedPlan } from '#api/advanced-plan.ts';
import type { GpuSetup } from '#engines/gpu/tables.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import type { GoldenCall } from './golden-engine.ts';
import { optionsOf } from './reference-golden-engine.ts';
import { xyzpOptions } from './xyzp-options.ts';

/** What a kernel is to do with every frame of a case. */
export interface Job {
  plan: Plan;
  /** The output that its profiles are. */
  profiles?: 'profile' | 'profiles';
  /** Outputs beside them. */
  lines: ('x' | 'y' | 'z')[];
  /** What comes in place of the profiles. */
  keeps?: GpuSetup['keeps'];
}

const CENTERS: Job['lines'] = ['x', 'y'];

/** Kernels of the functions that work on one image at a time. */
export const JOBS: Readonly<Record<string, (call: GoldenCall) => Job>> = {
  center_of_mass: (call) => ({ plan: oneStage('center-of-mass', call), lines: CENTERS }),
  auto_conv: (call) => convolutionJob('auto-conv', call),
  auto_conv_sub_pixel: (call) => ({ plan: oneStage('auto-conv-sub-pixel', call), lines: CENTERS }),
  auto_conv_multiline: (call) => convolutionJob('auto-conv-multiline', call),
  auto_conv_multiline_sub_pixel: (call) => ({
    plan: oneStage('auto-conv-multiline-sub-pixel', call, { iterations: 1 }),
    lines: CENTERS,
  }),
  _qi_sample_axis_profiles: (call) => ({
    plan: oneStage('qi', { ...call, params: {} }),
    lines: [],
    keeps: 'samples',
  }),
  qi: (call) => ({ plan: oneStage('qi', call), lines: CENTERS }),
  radial_profile: (call) => ({ plan: oneStage('radial-profile', call), profiles: 'profiles', lines: [] }),
  fft_profile: fftJob,
  fft_profile_with_center: fftJob,
  lookup_z: (call) => ({ plan: oneStage('lookup-z', call), lines: ['z'] }),
  stack_to_xyzp: xyzpJob,
  stack_to_xyzp_advanced: xyzpJob,
};

/** A plan of one stage, which starts from what the case gives. */
function oneStage(stage: string, { params }: GoldenCall, more: Record<string, unknown> = {}): Plan {
  // Only the first stage of a plan may lack what it reads, so it is checked behind one that gives everything.
  const before = [{ stage: 'center-of-mass' }, { stage: 'radial-profile' }];
  return parsePlan([...before, { stage, params: { ...optionsOf(params), ...more } }]).slice(-1);
}

function convolutionJob(stage: string, call: GoldenCall): Job {
  const { return_conv: returnsConvolutions, ...params } = call.params;
  const job: Job = { plan: oneStage(stage, { ...call, params }), lines: CENTERS };
  return returnsConvolutions ? { ...job, keeps: 'convolutions' } : job;
}

function fftJob(call: GoldenCall): Job {
  const window = call.variant === 'corrected' ? 'at-center' : 'axes-swapped';
  const plan = oneStage('fft-profile', call, { window: call.inputs.x ? window : 'none' });
  return { plan, profiles: 'profile', lines: [] };
}

function xyzpJob(call: GoldenCall): Job {
  const plan = advancedPlan(call.name, xyzpOptions(call));
  return { plan, profiles: 'profiles', lines: [...CENTERS, 'z'] };
}
