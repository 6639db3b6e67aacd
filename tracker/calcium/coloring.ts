import { CalciumError, requireInteger, requireNumber } from './calcium-error.ts';
import { type NdArray, type NdValues, roomFor } from './nd-array.ts';
import { extremes, percentile } from './statistics.ts';

/**
 * Images whose darkest and brightest pixels are cut off.
 *
 * @param images [frame, row, column]
 * @param cutoffs percentiles over all frames together, %, lower first
 * @returns of the same shape, in float64: the limits need not be whole counts
 * @throws {CalciumError} if the percentiles are not ascending from 0 to 100
 */
export function cutoffImages(
  images: NdArray,
  [low, high]: readonly [number, number] = [0, 100],
): NdArray<Float64Array> {
  requireNumber('cutoffImages cutoffs[0]', low, 'a percentile from 0 on', low >= 0);
  requireNumber('cutoffImages cutoffs[1]', high, `from ${low} to 100`, high >= low && high <= 100);
  const least = percentile(images.values, low);
  const most = percentile(images.values, high);
  const result = roomFor('cutoffImages', images);
  for (const [at, value] of images.values.entries()) {
    result.values[at] = Math.min(Math.max(value, least), most);
  }
  return result;
}

/**
 * Images laid into a range: the darkest pixel of the stack at its lower end, the brightest at its upper.
 *
 * @param images [frame, row, column]
 * @param newRange [lower, upper]
 * @returns of the same shape; the lower end throughout for images that are flat
 */
export function rescaleImages(
  images: NdArray,
  [low, high]: readonly [number, number] = [0, 255],
): NdArray<Float64Array> {
  const { least, most } = extremes(images.values);
  const scale = most > least ? (high - low) / (most - least) : 0;
  const result = roomFor('rescaleImages', images);
  for (const [at, value] of images.values.entries()) result.values[at] = low + (value - least) * scale;
  return result;
}

/** What lies behind colored cells: grayscale of the images, black, white, or the images as they are. */
export type BackgroundStyle = 'grayscale' | 'black' | 'white' | 'copy';

/**
 * Backgrounds for colored images.
 *
 * @param images [frame, row, column]
 * @returns of the same shape; 8 bit, except for the copy
 * @throws {CalciumError} if the style is not known
 */
export function generateBackgroundImages(
  images: NdArray,
  style: BackgroundStyle = 'grayscale',
): NdArray<NdValues> {
  const { shape, values } = images;
  switch (style) {
    case 'grayscale':
      return { shape, values: Uint8Array.from(rescaleImages(images).values, Math.round) };
    case 'black':
      return { shape, values: new Uint8Array(values.length) };
    case 'white':
      return { shape, values: new Uint8Array(values.length).fill(255) };
    case 'copy':
      return { shape, values: values.slice() };
    default:
      throw new CalciumError({
        where: 'generateBackgroundImages style',
        expected: 'grayscale, black, white or copy',
        received: String(style satisfies never),
      });
  }
}

/**
 * Table of colors that run through the given ones at equal distances.
 *
 * A value v from 0 to 1 has the color min(entries - 1, floor(v entries)).
 *
 * @param colors [red, green, blue] from 0 to 1, at least two
 * @returns [entry, channel] from 0 to 1
 * @throws {CalciumError} if there are fewer than two colors or a channel is out of range
 */
export function generateCustomColormap(
  colors: readonly (readonly [number, number, number])[],
  entries = 256,
): NdArray<Float64Array> {
  const where = 'generateCustomColormap';
  requireNumber(`${where} colors`, colors.length, 'at least 2', colors.length >= 2);
  requireInteger(`${where} entries`, entries, 2);
  for (const channel of colors.flat()) {
    requireNumber(`${where} colors`, channel, 'channels from 0 to 1', channel >= 0 && channel <= 1);
  }
  const values = new Float64Array(3 * entries);
  for (let entry = 0; entry < entries; entry++) {
    const place = (entry / (entries - 1)) * (colors.length - 1);
    const first = Math.min(Math.floor(place), colors.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const from = colors[first]![channel]!;
      values[3 * entry + channel] = from + (colors[first + 1]![channel]! - from) * (place - first);
    }
  }
  return { shape: [entries, 3], values };
}
