import { stackShape } from './blockwise.ts';
import { CalciumError, requireNumber } from './calcium-error.ts';
import { rescaleImages } from './coloring.ts';
import type { NdArray } from './nd-array.ts';

/** [red, green, blue] from 0 to 1. */
export type Color = readonly [number, number, number];

/**
 * Movie in gray with each cell in its color, as bright as the movie is there.
 *
 * @param images [frame, row, column]; the stack's darkest pixel is black, its brightest white
 * @param masks [row, column] of each cell, from 0 to 1; where they overlap the later lies above
 * @param colors of the cells, taken in turn
 * @param strength share of the color within a mask, the rest is gray; default 0.7
 * @returns [frame, row, column, channel] of 8 bit
 * @throws {CalciumError} if a mask is of another shape, there is no color, or the strength is not from 0 to 1
 */
export function colorImages(
  images: NdArray,
  masks: readonly NdArray[],
  colors: readonly Color[],
  strength = 0.7,
): NdArray<Uint8Array> {
  const [frames, rows, columns] = stackShape('colorImages images', images);
  requireNumber('colorImages strength', strength, 'from 0 to 1', strength >= 0 && strength <= 1);
  requireNumber('colorImages colors', colors.length, 'at least one', colors.length > 0);
  const pixels = rows * columns;
  // How much of the gray each channel of each pixel keeps: the same in all frames.
  const tint = new Float64Array(3 * pixels).fill(1);
  for (const [cell, mask] of masks.entries()) {
    if (mask.shape.join() !== [rows, columns].join()) {
      throw new CalciumError({
        where: `colorImages masks[${cell}]`,
        expected: `shape [${rows}, ${columns}]`,
        received: `[${mask.shape.join(', ')}]`,
      });
    }
    const color = colors[cell % colors.length]!;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const share = mask.values[pixel]! * strength;
      if (share === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        tint[3 * pixel + channel] = 1 - share + share * color[channel]!;
      }
    }
  }
  const gray = rescaleImages(images, [0, 255]).values;
  const values = new Uint8Array(3 * gray.length);
  for (let at = 0; at < values.length; at++) {
    values[at] = Math.round(gray[Math.floor(at / 3)]! * tint[at % (3 * pixels)]!);
  }
  return { shape: [frames, rows, columns, 3], values };
}
