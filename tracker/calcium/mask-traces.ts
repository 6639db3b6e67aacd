import { stackShape } from './blockwise.ts';
import { CalciumError } from './calcium-error.ts';
import { ListSums } from './list-sums.ts';
import { pixelsOf } from './masks.ts';
import { emptyLike, type NdArray, type NdValues, zeros } from './nd-array.ts';
import { isForKernel } from './pixel-kernel.ts';

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

const NONE = new Int32Array();

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
    const outside = mask.pixels.find((pixel) => pixel < 0 || pixel >= pixels);
    if (outside === undefined) continue;
    throw new CalciumError({
      where: `maskTraces masks[${neuron}]`,
      expected: `pixels below ${pixels}, of ${rows} x ${columns}`,
      received: String(outside),
    });
  }
  const traces = zeros([masks.length, frames]);
  const isEven = masks.map(({ weights }) => weights.every((weight) => weight === weights[0]));
  const sumsOf = sumsOfEven(images.values, pixels, masks, isEven);
  // A copy is read in one go: pixel by pixel, a frame comes from memory line by line.
  const near = sumsOf && !isEven.includes(false) ? null : emptyLike(images.values, pixels);
  for (let frame = 0; frame < frames; frame++) {
    const sums = sumsOf?.(frame);
    near?.set(images.values.subarray(frame * pixels, (frame + 1) * pixels));
    for (let neuron = 0; neuron < masks.length; neuron++) {
      const mask = masks[neuron]!;
      const level = isEven[neuron]
        ? mask.weights[0]! * (sums ? sums[neuron]! : plainSum(near!, mask.pixels))
        : weightedSum(near!, mask);
      traces.values[neuron * frames + frame] = level;
    }
  }
  return traces;
}

/** Sums of all masks of equal weights at once, [neuron] of a frame; null where the counts are not for the kernel. */
function sumsOfEven(
  values: NdValues,
  pixels: number,
  masks: readonly SparseMask[],
  isEven: readonly boolean[],
): ((frame: number) => Float64Array) | null {
  if (!isForKernel(values, pixels)) return null;
  const lists = masks.map((mask, neuron) => (isEven[neuron] ? mask.pixels : NONE));
  const starts = new Int32Array(lists.length + 1);
  for (const [list, { length }] of lists.entries()) starts[list + 1] = starts[list]! + length;
  const all = new Int32Array(starts.at(-1)!);
  for (const [list, own] of lists.entries()) all.set(own, starts[list]!);
  const sums = new ListSums(all, starts);
  return (frame) => sums.of(values.subarray(frame * pixels, (frame + 1) * pixels));
}

/** Two sums side by side: one alone waits for each of its additions. */
function plainSum(values: NdValues, pixels: Int32Array): number {
  const { length } = pixels;
  let a = 0;
  let b = 0;
  let index = 0;
  for (; index + 2 <= length; index += 2) {
    a += values[pixels[index]!]!;
    b += values[pixels[index + 1]!]!;
  }
  return index < length ? a + b + values[pixels[index]!]! : a + b;
}

function weightedSum(values: NdValues, { pixels, weights }: SparseMask): number {
  const { length } = pixels;
  let a = 0;
  let b = 0;
  let index = 0;
  for (; index + 2 <= length; index += 2) {
    a += weights[index]! * values[pixels[index]!]!;
    b += weights[index + 1]! * values[pixels[index + 1]!]!;
  }
  return index < length ? a + b + weights[index]! * values[pixels[index]!]! : a + b;
}
