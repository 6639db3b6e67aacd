import { encode } from 'fast-png';
import { axesOf, type NdArray } from '#calcium/nd-array.ts';
import { percentile } from '#calcium/statistics.ts';

/** Share of the pixels, %, that are left out at either end so that a few do not darken the rest. */
const OUTERMOST_PERCENT = 0.5;

/** What is black and what is white. */
export interface PictureRange {
  readonly black: number;
  readonly white: number;
}

/**
 * Values that are black and white in a picture: all but the outermost half percent at either end.
 * @param image [row, column]
 */
export function pictureRange({ values }: NdArray): PictureRange {
  return {
    black: percentile(values, OUTERMOST_PERCENT),
    white: percentile(values, 100 - OUTERMOST_PERCENT),
  };
}

/**
 * An image as an 8-bit PNG in gray, one pixel a pixel.
 * @param image [row, column]; NaN is black
 * @throws {CalciumError} if the image has other axes
 */
export function pngOfImage(image: NdArray, { black, white }: PictureRange = pictureRange(image)): Uint8Array {
  const [height, width] = axesOf('pngOfImage image', image, ['row', 'column']) as [number, number];
  const scale = 255 / (white - black || 1);
  const data = new Uint8Array(height * width);
  for (let at = 0; at < data.length; at++) {
    data[at] = Math.round(Math.min(Math.max((image.values[at]! - black) * scale, 0), 255));
  }
  return encode({ width, height, data, channels: 1, depth: 8 });
}
