import { requireInteger } from './calcium-error.ts';
import { extendReflected } from './gaussian-line.ts';
import { axesOf, type NdArray, zeros } from './nd-array.ts';

/**
 * Mean over a square around each pixel; mirrored borders.
 *
 * @param image [row, column]
 * @param width px of the square; an even one covers i - width / 2 to i + width / 2 - 1
 * @returns [row, column]
 * @throws {CalciumError} if the image has other axes or the width is not an integer from 1 on
 */
export function uniformFilter(image: NdArray, width: number): NdArray<Float64Array> {
  requireInteger('uniformFilter width', width, 1);
  const axes = axesOf('uniformFilter image', image, ['row', 'column']);
  const [rows, columns] = axes as [number, number];
  const filtered = zeros([rows, columns]);
  const { values } = filtered;
  for (let column = 0; column < columns; column++) {
    const line = Float64Array.from({ length: rows }, (_, row) => image.values[row * columns + column]!);
    for (const [row, value] of movingMean(line, width).entries()) values[row * columns + column] = value;
  }
  for (let start = 0; start < values.length; start += columns) {
    values.set(movingMean(values.slice(start, start + columns), width), start);
  }
  return filtered;
}

function movingMean(line: Float64Array, width: number): Float64Array {
  const before = width >> 1;
  const extended = extendReflected(line, before, width - 1 - before);
  let sum = 0;
  for (let at = 0; at < width - 1; at++) sum += extended[at]!;
  return line.map((_, at) => {
    sum += extended[at + width - 1]!;
    const value = sum / width;
    sum -= extended[at]!;
    return value;
  });
}

/**
 * Image without its slowly varying background, the mean over a square around each pixel.
 *
 * @param image [row, column] counts
 * @param width px of the square
 * @returns `background` and `corrected`, both [row, column] counts; nothing is below 0
 * @throws {CalciumError} as `uniformFilter`
 */
export function subtractBackground(
  image: NdArray,
  width: number,
): { background: NdArray<Float64Array>; corrected: NdArray<Float64Array> } {
  const background = uniformFilter(image, width);
  const values = background.values.map((level, pixel) => Math.max(0, image.values[pixel]! - level));
  return { background, corrected: { shape: background.shape, values } };
}
