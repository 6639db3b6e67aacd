import { stackShape } from './blockwise.ts';
import { CalciumError } from './calcium-error.ts';
import { pixelsOf } from './masks.ts';
import { type NdArray, zeros } from './nd-array.ts';

/** What a mask takes from a frame: its pixels and their weights, which add up to 1. */
export interface SparseMask {
  /** [pixel] flat index in the frame, ascending. */
  readonly pixels: Int32Array;
  /** [pixel] */
  readonly weights: Float64Array;
}

/**
 * A mask as its pixels and their shares; values of a mask other than 0 and 1 weigh its pixels.
 *
 * @param mask [row, column]; nothing below 0
 * @throws {CalciumError} if no pixel has a weight above 0, or one is below it
 */
export function toSparseMask(mask: NdArray): SparseMask {
  const pixels = Int32Array.from(pixelsOf(mask));
  const weights = Float64Array.from(pixels, (pixel) => mask.values[pixel]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0) || weights.some((weight) => !(weight > 0))) {
    throw new CalciumError({
      where: 'toSparseMask mask',
      expected: 'weights from 0 on, at least one above it',
      received: pixels.length === 0 ? 'zeros only' : `weights that add up to ${total}`,
    });
  }
  return { pixels, weights: weights.map((weight) => weight / total) };
}

/**
 * One trace for each mask: the weighted mean of its pixels in every frame.
 *
 * @param images [frame, row, column] counts
 * @param masks any number, each within a frame; they may overlap
 * @returns [neuron, frame] counts
 * @throws {CalciumError} if the images have other axes or a mask reaches outside a frame
 */
export function maskTraces(images: NdArray, masks: readonly SparseMask[]): NdArray<Float64Array> {
  const [frames, rows, columns] = stackShape('maskTraces images', images);
  const pixels = rows * columns;
  for (const [neuron, mask] of masks.entries()) {
    const last = mask.pixels.at(-1) ?? 0;
    if (last < pixels) continue;
    throw new CalciumError({
      where: `maskTraces masks[${neuron}]`,
      expected: `pixels below ${pixels}, of ${rows} x ${columns}`,
      received: String(last),
    });
  }
  const traces = zeros([masks.length, frames]);
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * pixels;
    for (const [neuron, mask] of masks.entries()) {
      let sum = 0;
      for (let index = 0; index < mask.pixels.length; index++) {
        sum += mask.weights[index]! * images.values[start + mask.pixels[index]!]!;
      }
      traces.values[neuron * frames + frame] = sum;
    }
  }
  return traces;
}
