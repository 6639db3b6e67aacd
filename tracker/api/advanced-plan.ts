import { z } from 'zod';
import { autoConvMultilineSubPixel } from '#stages/auto-conv-multiline-sub-pixel.ts';
import { centerOfMass } from '#stages/center-of-mass.ts';
import { fftProfile } from '#stages/fft-profile.ts';
import { lookupZ } from '#stages/lookup-z.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import { radialProfile } from '#stages/radial-profile.ts';
import { parseOptions } from './parse-options.ts';

const { iterations, ...subPixelShape } = autoConvMultilineSubPixel.params.shape;

const params = z.object({
  centerOfMass: z.strictObject(centerOfMass.params.shape).prefault({}),
  autoConv: z.strictObject({}).prefault({}),
  nAutoConvMultilineSubPixel: z.number().int().min(0).max(20).default(iterations.def.defaultValue),
  autoConvMultilineSubPixel: z.strictObject(subPixelShape).prefault({}),
  useFftProfile: z.boolean().default(true),
  fftProfile: z.strictObject(fftProfile.params.shape).prefault({}),
  radialProfile: z.strictObject(radialProfile.params.shape).prefault({}),
  lookupZ: z.strictObject(lookupZ.params.shape).prefault({}),
});

/** Everything `stack_to_xyzp_advanced` can be told, by step. */
export type AdvancedOptions = z.input<typeof params>;

/**
 * Stages of `stack_to_xyzp_advanced` for these options.
 * @throws {ConfigError} naming the option that is unknown or out of range
 */
export function advancedPlan(where: string, options: AdvancedOptions): Plan {
  const known = parseOptions(where, params, options);
  const { nAutoConvMultilineSubPixel: times } = known;
  const refining = {
    stage: 'auto-conv-multiline-sub-pixel',
    params: { ...known.autoConvMultilineSubPixel, iterations: times },
  };
  return parsePlan([
    { stage: 'center-of-mass', params: known.centerOfMass },
    { stage: 'auto-conv' },
    ...(times > 0 ? [refining] : []),
    known.useFftProfile
      ? { stage: 'fft-profile', params: known.fftProfile }
      : { stage: 'radial-profile', params: known.radialProfile },
    { stage: 'lookup-z', params: known.lookupZ },
  ]);
}
