import { stackShape } from './blockwise.ts';
import { CalciumError } from './calcium-error.ts';
import { pixelsOf } from './masks.ts';
import { axesOf, emptyLike, type NdArray, type NdValues, zeros } from './nd-array.ts';
import { mean, median } from './statistics.ts';

/**
 * Course of every pixel of a mask.
 *
 * @param images [frame, row, column]
 * @param mask [row, column]
 * @returns [frame, pixel] of the type of the images, pixels row by row
 * @throws {CalciumError} if the mask has other rows or columns, or no pixel
 */
export function pixelTraces<V extends NdValues>(images: NdArray<V>, mask: NdArray): NdArray<V> {
  const [frames, rows, columns] = stackShape('pixelTraces images', images);
  if (mask.shape.join() !== [rows, columns].join()) {
    throw new CalciumError({
      where: 'pixelTraces mask',
      expected: `shape [${rows}, ${columns}], as the images`,
      received: `[${mask.shape.join(', ')}]`,
    });
  }
  const pixels = pixelsOf(mask);
  if (pixels.length === 0) {
    throw new CalciumError({
      where: 'pixelTraces mask',
      expected: 'at least one pixel',
      received: 'none',
      remedy: 'lower the threshold of the mask',
    });
  }
  const values = emptyLike(images.values, frames * pixels.length);
  for (let frame = 0; frame < frames; frame++) {
    const start = frame * rows * columns;
    const to = frame * pixels.length;
    for (let index = 0; index < pixels.length; index++) {
      values[to + index] = images.values[start + pixels[index]!]!;
    }
  }
  return { shape: [frames, pixels.length], values };
}

/** One trace of many pixels: their mean, median, or mean weighted by how bright they are over time. */
export interface RoiTrace {
  /** [frame] */
  mean: Float64Array;
  /** [frame] */
  median: Float64Array;
  /** [frame] */
  weighted: Float64Array;
  /** [pixel] mean over time as a share of all pixels; sum 1. */
  weights: Float64Array;
}

/**
 * Traces of an ROI from those of its pixels.
 *
 * @param traces [frame, pixel] counts
 * @returns `weights` and `weighted` are NaN where all pixels are 0
 * @throws {CalciumError} if the array has other axes
 */
export function roiTrace(traces: NdArray): RoiTrace {
  const axes = axesOf('roiTrace traces', traces, ['frame', 'pixel']);
  const [frames, pixels] = axes as [number, number];
  const weights = brightnessWeights(traces);
  const result = {
    mean: new Float64Array(frames),
    median: new Float64Array(frames),
    weighted: new Float64Array(frames),
    weights,
  };
  for (let frame = 0; frame < frames; frame++) {
    const row = traces.values.subarray(frame * pixels, (frame + 1) * pixels);
    result.mean[frame] = mean(row);
    result.median[frame] = median(row);
    let sum = 0;
    for (let pixel = 0; pixel < pixels; pixel++) sum += weights[pixel]! * row[pixel]!;
    result.weighted[frame] = sum;
  }
  return result;
}

/** [pixel] mean over time as a share of the sum of all. */
function brightnessWeights({ shape, values }: NdArray): Float64Array {
  const pixels = shape[1]!;
  const sums = new Float64Array(pixels);
  for (let at = 0; at < values.length; at++) sums[at % pixels]! += values[at]!;
  let total = 0;
  for (const sum of sums) total += sum;
  return sums.map((sum) => sum / total);
}

/**
 * Weights of pixels laid back into an image.
 *
 * @param weights [pixel], row by row
 * @param mask [row, column]
 * @returns [row, column]; 0 outside the mask
 * @throws {CalciumError} if there are not as many weights as pixels in the mask
 */
export function weightsImage(weights: Float64Array, mask: NdArray): NdArray<Float64Array> {
  const pixels = pixelsOf(mask);
  if (pixels.length !== weights.length) {
    throw new CalciumError({
      where: 'weightsImage weights',
      expected: `${pixels.length}, one for every pixel of the mask`,
      received: String(weights.length),
    });
  }
  const image = zeros(mask.shape);
  for (const [index, pixel] of pixels.entries()) image.values[pixel] = weights[index]!;
  return image;
}

/**
 * Trace of a cell without the light around it: F - share x neuropil.
 *
 * @param trace [frame] counts
 * @param neuropil [frame] counts
 * @param share of the neuropil that lies over the cell, default 0.7
 * @returns [frame] counts
 * @throws {CalciumError} if the traces differ in length
 * Source: Pachitariu et al. 2017, doi 10.1101/061507, the default of suite2p.
 */
export function subtractNeuropil(trace: Float64Array, neuropil: Float64Array, share = 0.7): Float64Array {
  if (trace.length !== neuropil.length) {
    throw new CalciumError({
      where: 'subtractNeuropil neuropil',
      expected: `${trace.length} frames`,
      received: String(neuropil.length),
    });
  }
  return trace.map((value, frame) => value - share * neuropil[frame]!);
}
