import { ConfigError } from '#protocol/errors.ts';
import { QI_STEP_PX, qi as stage, threePointOffset } from '#stages/qi.ts';
import { splineAt, splineCoefficients } from '#stages/quadratic-spline.ts';
import { beadFrames, type Centers, centersBy } from './bead-frames.ts';
import type { ImageStack } from './image-stack.ts';

/**
 * Center moved to the extremum of a parabola through three interpolated samples, a pixel apart, along x and along y
 * (`qi`). Not the quadrant interpolation of the literature, though the library calls it so.
 *
 * @param stack [frame, row, column] counts, square
 * @param xOld [frame] px, old center
 * @param yOld [frame] px
 * @returns [frame] px; NaN where the samples are on a straight line, as far outside the ROI
 * @throws {StackError | RoiError | ConfigError} for a stack that is not square or old centers of another number
 * Differs: a frame with NaN pixels spoils no other frame.
 */
export function qi(stack: ImageStack, xOld: Float64Array, yOld: Float64Array): Centers {
  return centersBy('qi', stage, stack, { xPx: xOld, yPx: yOld }, {});
}

/**
 * The samples `qi` takes: the quadratic spline through the pixels, 1 px before, at and 1 px behind each center
 * (`_qi_sample_axis_profiles`).
 *
 * @param stack [frame, row, column] counts, square
 * @param xPx [frame] px
 * @param yPx [frame] px
 * @param axis along which to sample; the library's axis 1 is x, 0 is y
 * @returns [frame, (before, at, behind)] counts, outside the ROI those of its border; NaN for a NaN center
 */
export function qiSampleAxisProfiles(
  stack: ImageStack,
  xPx: Float64Array,
  yPx: Float64Array,
  axis: 'x' | 'y',
): Float64Array {
  const { bead, frames, show } = beadFrames('qiSampleAxisProfiles', stack, { xPx, yPx });
  const [xStep, yStep] = axis === 'x' ? [QI_STEP_PX, 0] : [0, QI_STEP_PX];
  const samples = new Float64Array(3 * frames);
  for (let frame = 0; frame < frames; frame++) {
    show(frame);
    const spline = splineCoefficients(bead.pixels, bead.size);
    for (let sample = 0; sample < 3; sample++) {
      const [x, y] = [bead.xPx + (sample - 1) * xStep, bead.yPx + (sample - 1) * yStep];
      samples[3 * frame + sample] = splineAt(spline, bead.size, x, y);
    }
  }
  return samples;
}

/**
 * Steps from the middle sample to the extremum of the parabola through three (`_qi_quadratic_offsets`).
 * @param samples [set, (before, at, behind)] counts
 * @returns [set] in distances of the samples, not limited; NaN where the samples are on a straight line
 * @throws {ConfigError} if the number of samples is not a multiple of 3
 */
export function qiQuadraticOffsets(samples: Float64Array): Float64Array {
  if (samples.length % 3 !== 0) {
    throw new ConfigError({
      where: 'qiQuadraticOffsets samples',
      expected: '[set, 3]',
      received: `${samples.length} samples`,
    });
  }
  return Float64Array.from({ length: samples.length / 3 }, (_, set) => {
    return threePointOffset(samples[3 * set]!, samples[3 * set + 1]!, samples[3 * set + 2]!);
  });
}
