import { axesOf, type NdArray } from './nd-array.ts';

/** Regions of a mask by number. */
export interface Regions {
  /** [row, column] number of the region from 1, in the order of their first pixels; 0 outside. */
  readonly labels: NdArray<Int32Array>;
  /** [region] px */
  readonly pixels: readonly number[];
}

/**
 * Parts of a mask that touch, sides or corners: each a cell, where cells lie apart.
 *
 * @param mask [row, column]
 * @param leastPixels smaller regions are left out
 * @throws {CalciumError} if the mask has other axes
 */
export function connectedRegions(mask: NdArray, leastPixels = 1): Regions {
  const [rows, columns] = axesOf('connectedRegions mask', mask, ['row', 'column']) as [number, number];
  const labels = new Int32Array(rows * columns);
  const isSeen = new Uint8Array(rows * columns);
  const pixels: number[] = [];
  for (let first = 0; first < labels.length; first++) {
    if (mask.values[first] === 0 || isSeen[first]) continue;
    const region = [first];
    isSeen[first] = 1;
    for (let next = 0; next < region.length; next++) {
      const row = Math.floor(region[next]! / columns);
      const column = region[next]! % columns;
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
          const at = y * columns + x;
          if (mask.values[at] === 0 || isSeen[at]) continue;
          isSeen[at] = 1;
          region.push(at);
        }
      }
    }
    if (region.length < leastPixels) continue;
    pixels.push(region.length);
    for (const pixel of region) labels[pixel] = pixels.length;
  }
  return { labels: { shape: mask.shape, values: labels }, pixels };
}
