import type { z } from 'zod';
import { fftProfile as stage } from '#stages/fft-profile.ts';
import { type Profiles, profilesBy } from './bead-frames.ts';
import type { ImageStack } from './image-stack.ts';
import { parseOptions } from './parse-options.ts';

const wholeFrameParams = stage.params.omit({ gausFactor: true, window: true });

export type FftProfileOptions = z.input<typeof stage.params>;
export type FftProfileWholeFrameOptions = z.input<typeof wholeFrameParams>;

/**
 * Mean magnitude of each frame's Fourier transform on rings of equal spatial frequency, under a Gaussian around
 * the center (`fft_profile` as documented; `fft_profile_with_center` from 0.7.4 on).
 *
 * @param stack [frame, row, column] counts, square, even or odd
 * @param xPx [frame] px
 * @param yPx [frame] px
 * @param options `oversample` 4: bins per period a ROI; `rmin` 0, `rmax` 0.5: share of the highest frequency the
 *   pixels can hold where the bins begin and end; `gausFactor` 6: ROI size in standard deviations of the
 *   Gaussian; `window` `at-center`, `none`, or `axes-swapped` as the library computes it
 * @returns [frame, bin] sums of counts, without a factor; NaN where a bin holds no coefficient, and with a NaN center
 * @throws {StackError | RoiError | ConfigError} for a stack that is not square or an option that is unknown
 * Differs: the Gaussian is where it is documented to be; the stack is left as it was.
 */
export function fftProfile(
  stack: ImageStack,
  xPx: Float64Array,
  yPx: Float64Array,
  options: FftProfileOptions = {},
): Profiles {
  return profilesBy('fftProfile', stage, stack, { xPx, yPx }, options);
}

/**
 * As `fftProfile`, of the whole frame: no Gaussian, so no center (`fft_profile` from 0.7.4 on).
 * @param stack [frame, row, column] counts, square
 * @param options `oversample` 4, `rmin` 0, `rmax` 0.5
 * @returns [frame, bin] sums of counts; NaN where a bin holds no coefficient
 */
export function fftProfileWholeFrame(stack: ImageStack, options: FftProfileWholeFrameOptions = {}): Profiles {
  const where = 'fftProfileWholeFrame';
  const params = { ...parseOptions(where, wholeFrameParams, options), window: 'none' };
  return profilesBy(where, stage, stack, null, params);
}
