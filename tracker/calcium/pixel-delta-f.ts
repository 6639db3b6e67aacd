import { stackShape } from './blockwise.ts';
import { requireInteger, requireNumber } from './calcium-error.ts';
import type { NdArray } from './nd-array.ts';
import { projectImages } from './projections.ts';

/**
 * dF/F of every pixel; its baseline is its mean over the first frames.
 *
 * @param images [frame, row, column] counts
 * @param baselineFrames frames of the baseline, default 10
 * @returns [frame, row, column] fractions; NaN for a pixel whose baseline is not above 0
 * @throws {CalciumError} if the images have other axes or there are fewer frames than those of the baseline
 */
export function pixelDfof(images: NdArray, baselineFrames = 10): NdArray<Float32Array> {
  const [frames, rows, columns] = stackShape('pixelDfof images', images);
  requireInteger('pixelDfof baselineFrames', baselineFrames, 1);
  requireNumber(
    'pixelDfof baselineFrames',
    baselineFrames,
    `at most the ${frames} frames`,
    baselineFrames <= frames,
  );
  const pixels = rows * columns;
  const first = images.values.subarray(0, baselineFrames * pixels);
  const baseline = projectImages({ shape: [baselineFrames, rows, columns], values: first }, 'mean').values;
  const values = new Float32Array(images.values.length);
  for (let at = 0; at < values.length; at++) {
    const level = baseline[at % pixels]!;
    values[at] = level > 0 ? (images.values[at]! - level) / level : Number.NaN;
  }
  return { shape: images.shape, values };
}

/**
 * Mean of every frame.
 *
 * @param images [frame, row, column]
 * @returns [frame]
 * @throws {CalciumError} if the images have other axes
 */
export function meanTrace(images: NdArray): Float64Array {
  const [frames, rows, columns] = stackShape('meanTrace images', images);
  const pixels = rows * columns;
  return Float64Array.from({ length: frames }, (_, frame) => {
    let sum = 0;
    for (let at = frame * pixels; at < (frame + 1) * pixels; at++) sum += images.values[at]!;
    return sum / pixels;
  });
}
