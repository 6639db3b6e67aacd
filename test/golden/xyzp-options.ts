import type { AdvancedOptions } from '#api/index.ts';
import type { GoldenCall } from './golden-engine.ts';

/** Defaults of the later code, where they differ from the documented ones. */
const LATER = { background: 'median', n_local: 7 };

/** Options of `stackToXyzpAdvanced` for a call of `stack_to_xyzp` or `stack_to_xyzp_advanced`. */
export function xyzpOptions({ function: name, variant, params }: GoldenCall): AdvancedOptions {
  const isLater = variant === 'code';
  const background = isLater ? LATER.background : 'none';
  const nLocalZ = isLater ? LATER.n_local : 5;
  if (name === 'stack_to_xyzp') {
    const { n_iter: times, line_ratio: lineRatio, n_local_xy: nLocal, oversample } = params;
    return withoutAbsent({
      useFftProfile: false,
      centerOfMass: { background: params.background ?? background },
      nAutoConvMultilineSubPixel: times,
      autoConvMultilineSubPixel: withoutAbsent({ lineRatio, nLocal }),
      radialProfile: withoutAbsent({ oversample }),
      lookupZ: { nLocal: params.n_local_z ?? nLocalZ },
    });
  }
  const step = (key: string) => (params[key] ?? {}) as Record<string, unknown>;
  const { line_ratio: lineRatio, n_local: nLocal } = step('auto_conv_multiline_sub_pixel');
  const { gaus_factor: gausFactor, ...band } = step('fft_profile');
  return withoutAbsent({
    centerOfMass: { background, ...step('center_of_mass') },
    nAutoConvMultilineSubPixel: params['n auto_conv_multiline_sub_pixel'],
    autoConvMultilineSubPixel: withoutAbsent({ lineRatio, nLocal }),
    useFftProfile: params['use fft_profile'] ?? !isLater,
    // The library swaps the axes of its window, whatever its documentation says.
    fftProfile: withoutAbsent({
      gausFactor,
      ...band,
      window: variant === 'corrected' ? 'at-center' : 'axes-swapped',
    }),
    radialProfile: step('radial_profile'),
    lookupZ: { nLocal: step('lookup_z').n_local ?? nLocalZ },
  });
}

/** Options without those that were not given; checked where they are used. */
function withoutAbsent(options: Record<string, unknown>): AdvancedOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
