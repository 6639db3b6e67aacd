import { emitWarning } from 'node:process';
import type { ZLut } from '#protocol/z-lut.ts';
import { type Plan, planRadii, stageNamed } from '#stages/plan.ts';
import { type AdvancedOptions, advancedPlan } from './advanced-plan.ts';
import { beadFrames, type Centers, type Profiles } from './bead-frames.ts';
import { type ImageStack, roiSizeOf } from './image-stack.ts';
import type { Heights } from './lookup-z.ts';

/** Track of one bead, [frame], with the profiles its heights come from. */
export interface Xyzp extends Centers, Heights, Profiles {}

/**
 * x, y, z and profile of a bead in every frame (`stack_to_xyzp`): center of mass, auto-convolution, five multi-line
 * sub-pixel auto-convolutions, radial profile, Z-LUT lookup.
 *
 * @param stack [frame, row, column] counts, square, of any pixel type; left as it was
 * @param zLut made with `radialProfile` of ROIs of this size, or null for no z
 * @param options of the steps, by their names; MagTrack 0.7.6 has `{ centerOfMass: { background: 'median' },
 *   lookupZ: { nLocal: 7 } }`
 * @returns x and y [frame] px, z [frame] nm, profiles [frame, radius] counts. NaN where the bead was not found; z also
 *   without a Z-LUT, near the ends of the Z-LUT, and, with a warning, for a Z-LUT of another number of radii
 * @throws {StackError | RoiError | ConfigError} for a stack that is not square or an option that is unknown
 * Differs: a blank frame is NaN; in the library it fails the whole batch.
 */
export function stackToXyzp(
  stack: ImageStack,
  zLut: ZLut | null = null,
  options: Omit<AdvancedOptions, 'useFftProfile' | 'fftProfile'> = {},
): Xyzp {
  return track('stackToXyzp', stack, zLut, advancedPlan('stackToXyzp', { ...options, useFftProfile: false }));
}

/**
 * As `stackToXyzp`, with every parameter of every step (`stack_to_xyzp_advanced`), and by default the FFT profile
 * in place of the radial one.
 *
 * @param zLut made with the profile of the same options
 * @param options named as the library's keywords, in camelCase: `centerOfMass`, `nAutoConvMultilineSubPixel` (5; 0
 *   leaves it out), `autoConvMultilineSubPixel`, `useFftProfile` (true), `fftProfile`, `radialProfile`, `lookupZ`
 * Differs: unknown keys are refused; the Gaussian of the FFT profile is where it is documented to be (for the
 *   library's numbers: `fftProfile: { window: 'axes-swapped' }`); the stack is left as it was.
 */
export function stackToXyzpAdvanced(
  stack: ImageStack,
  zLut: ZLut | null = null,
  options: AdvancedOptions = {},
): Xyzp {
  return track('stackToXyzpAdvanced', stack, zLut, advancedPlan('stackToXyzpAdvanced', options));
}

function track(where: string, stack: ImageStack, zLut: ZLut | null, plan: Plan): Xyzp {
  const radii = planRadii(plan, roiSizeOf(where, stack));
  const fits = zLut === null || zLut.radii === radii;
  if (!fits) {
    emitWarning(`${where}: expected a Z-LUT of ${radii} radii, received ${zLut.radii}; z is NaN`, {
      code: 'E_ZLUT',
    });
  }
  const { bead, frames, show } = beadFrames(where, stack, null, fits ? zLut : null);
  const steps = plan.map(({ stage, params }) => ({ stage: stageNamed(stage), params }));
  const column = () => new Float64Array(frames);
  const found = { xPx: column(), yPx: column(), zNm: column(), score: column() };
  const profiles = new Float64Array(frames * radii);
  for (let frame = 0; frame < frames; frame++) {
    show(frame);
    for (const { stage, params } of steps) stage.reference(bead, params);
    found.xPx[frame] = bead.xPx;
    found.yPx[frame] = bead.yPx;
    found.zNm[frame] = bead.zNm;
    found.score[frame] = bead.score;
    profiles.set(bead.profile, frame * radii);
  }
  return { ...found, profiles, frames, radii };
}
