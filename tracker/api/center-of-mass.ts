import type { z } from 'zod';
import { centerOfMass as stage } from '#stages/center-of-mass.ts';
import { type Centers, centersBy } from './bead-frames.ts';
import type { ImageStack } from './image-stack.ts';

export type CenterOfMassOptions = z.input<typeof stage.params>;

/**
 * First guess of the center of a bead: the mean position of the light (`center_of_mass`).
 *
 * @param stack [frame, row, column] counts, square
 * @param options `background`: `none` (default), or the `mean` or `median` of each frame, which is subtracted
 *   before the absolute value is taken
 * @returns [frame] px; NaN where nothing remains or a pixel is NaN
 * @throws {StackError | RoiError | ConfigError} for a stack that is not square or an option that is unknown
 * Differs: integer pixels are welcome.
 */
export function centerOfMass(stack: ImageStack, options: CenterOfMassOptions = {}): Centers {
  return centersBy('centerOfMass', stage, stack, null, options);
}
