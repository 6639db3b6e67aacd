import type { z } from 'zod';
import { radialProfile as stage } from '#stages/radial-profile.ts';
import { type Profiles, profilesBy } from './bead-frames.ts';
import type { ImageStack } from './image-stack.ts';

export type RadialProfileOptions = z.input<typeof stage.params>;

/**
 * Mean counts of the rings around the center (`radial_profile`): bin b holds the pixels whose distance rounds to
 * b / oversample px.
 *
 * @param stack [frame, row, column] counts, square
 * @param xPx [frame] px
 * @param yPx [frame] px
 * @param options `oversample`: bins per px, default 1
 * @returns [frame, radius] counts, radii = floor(size / 2) oversample; NaN where a bin holds no pixel. With a NaN
 *   center, bin 0 is the mean of the frame and the rest NaN.
 * @throws {StackError | RoiError | ConfigError} for a stack that is not square or an option that is unknown
 * Differs: integer pixels are welcome; profiles are float64 whatever the pixels.
 */
export function radialProfile(
  stack: ImageStack,
  xPx: Float64Array,
  yPx: Float64Array,
  options: RadialProfileOptions = {},
): Profiles {
  return profilesBy('radialProfile', stage, stack, { xPx, yPx }, options);
}
