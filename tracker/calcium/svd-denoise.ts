import { stackShape } from './blockwise.ts';
import { requireInteger, requireNumber } from './calcium-error.ts';
import { type NdArray, zeros } from './nd-array.ts';
import { projectImages } from './projections.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/**
 * Stack made of its strongest components only: mean of every pixel over time plus the first singular vectors of the
 * rest. The work grows with pixels x frames^2, so cut long movies into blocks.
 *
 * @param images [frame, row, column]
 * @param components kept, at most the number of frames
 * @returns `denoised` [frame, row, column] and `singularValues` [component], descending, of all components
 * @throws {CalciumError} if the images have other axes or the components are not from 1 to the frames
 */
export function svdDenoise(
  images: NdArray,
  components: number,
): { denoised: NdArray<Float64Array>; singularValues: Float64Array } {
  const [frames, rows, columns] = stackShape('svdDenoise images', images);
  requireInteger('svdDenoise components', components, 1);
  requireNumber('svdDenoise components', components, `at most the ${frames} frames`, components <= frames);
  const pixels = rows * columns;
  const means = projectImages(images, 'mean').values;
  const centered = Float64Array.from(images.values, (value, at) => value - means[at % pixels]!);
  const { eigenvalues, vectors } = symmetricEigen(gramOfFrames(centered, frames, pixels), frames);

  const denoised = zeros(images.shape);
  const course = new Float64Array(pixels);
  for (let component = 0; component < components; component++) {
    const overTime = vectors.subarray(component * frames, (component + 1) * frames);
    course.fill(0);
    for (let frame = 0; frame < frames; frame++) {
      addScaled(course, 0, centered, frame * pixels, pixels, overTime[frame]!);
    }
    for (let frame = 0; frame < frames; frame++) {
      addScaled(denoised.values, frame * pixels, course, 0, pixels, overTime[frame]!);
    }
  }
  for (let frame = 0; frame < frames; frame++) {
    addScaled(denoised.values, frame * pixels, means, 0, pixels, 1);
  }
  return { denoised, singularValues: eigenvalues.map((value) => Math.sqrt(Math.max(0, value))) };
}

/** [frame, frame] products of frames. */
function gramOfFrames(centered: Float64Array, frames: number, pixels: number): Float64Array {
  const gram = new Float64Array(frames * frames);
  for (let a = 0; a < frames; a++) {
    for (let b = a; b < frames; b++) {
      let sum = 0;
      for (let pixel = 0; pixel < pixels; pixel++) {
        sum += centered[a * pixels + pixel]! * centered[b * pixels + pixel]!;
      }
      gram[a * frames + b] = sum;
      gram[b * frames + a] = sum;
    }
  }
  return gram;
}

function addScaled(
  to: Float64Array,
  at: number,
  from: Float64Array,
  start: number,
  length: number,
  factor: number,
): void {
  for (let index = 0; index < length; index++) to[at + index]! += factor * from[start + index]!;
}
