import { CalciumError, requireNumber } from './calcium-error.ts';
import { axesOf, type NdArray } from './nd-array.ts';
import { mean, percentile, populationStd } from './statistics.ts';

/** Where a projection is cut: at a value, at a percentile (%) of its pixels, or `value` sigma above their mean. */
export interface MaskThreshold {
  readonly method: 'absolute' | 'percentile' | 'sigma';
  readonly value: number;
}

/**
 * Pixels of a projection above a threshold; a pixel on it is not.
 *
 * @param projection [row, column]
 * @returns `mask` [row, column] of 0 and 1, and the threshold in the unit of the projection
 * @throws {CalciumError} if the projection has other axes or the method is not known
 */
export function maskAbove(
  projection: NdArray,
  { method, value }: MaskThreshold,
): { mask: NdArray<Uint8Array>; threshold: number } {
  axesOf('maskAbove projection', projection, ['row', 'column']);
  const threshold = thresholdOf(projection, method, value);
  const { shape, values } = projection;
  const mask = new Uint8Array(values.length);
  for (let pixel = 0; pixel < mask.length; pixel++) if (values[pixel]! > threshold) mask[pixel] = 1;
  return { mask: { shape, values: mask }, threshold };
}

function thresholdOf({ values }: NdArray, method: MaskThreshold['method'], value: number): number {
  switch (method) {
    case 'absolute':
      return value;
    case 'percentile':
      requireNumber('maskAbove percentile', value, 'from 0 to 100', value >= 0 && value <= 100);
      return percentile(values, value);
    case 'sigma':
      return mean(values) + value * populationStd(values);
    default:
      throw new CalciumError({
        where: 'maskAbove method',
        expected: 'absolute, percentile or sigma',
        received: String(method satisfies never),
      });
  }
}

/**
 * Where a mask is not 0, row by row.
 *
 * @param mask [row, column]
 * @returns y [pixel] rows and x [pixel] columns
 * @throws {CalciumError} if the mask has other axes
 */
export function maskCoordinates(mask: NdArray): { y: Int32Array; x: Int32Array } {
  const columns = axesOf('maskCoordinates mask', mask, ['row', 'column'])[1]!;
  const at = Int32Array.from(pixelsOf(mask));
  return {
    y: at.map((pixel) => Math.floor(pixel / columns)),
    x: at.map((pixel) => pixel % columns),
  };
}

/** Flat indices of the pixels of a mask that are not 0, ascending. */
export function pixelsOf({ values }: NdArray): number[] {
  const pixels: number[] = [];
  for (let pixel = 0; pixel < values.length; pixel++) if (values[pixel] !== 0) pixels.push(pixel);
  return pixels;
}

/**
 * A disk as a mask of an image: all pixels at most so far from its center.
 *
 * @param shape [row, column] px
 * @param centerY row, need not be whole
 * @returns [row, column] of 0 and 1
 */
export function circleMask(
  shape: readonly [number, number],
  centerY: number,
  centerX: number,
  radius: number,
): NdArray<Uint8Array> {
  const [rows, columns] = shape;
  const values = new Uint8Array(rows * columns);
  for (let at = 0; at < values.length; at++) {
    const y = Math.floor(at / columns) - centerY;
    const x = (at % columns) - centerX;
    values[at] = y * y + x * x <= radius * radius ? 1 : 0;
  }
  return { shape, values };
}
