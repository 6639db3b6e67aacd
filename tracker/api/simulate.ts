import type { ZLut } from '#protocol/z-lut.ts';
import {
  simulateBeads as imagesOf,
  type ThinBeadParams,
  simulateZLut as zLutOf,
} from '#simulation/thin-bead.ts';
import type { ImageStack } from './image-stack.ts';

export type { ThinBeadParams };

/**
 * Images of beads as MagTrack 0.7.6 simulates them (`simulate_beads`).
 *
 * @param xyzNm [frame, (x, y, z)] nm from the middle of pixel [floor(size / 2), floor(size / 2)] and from focus
 * @returns [frame, row, column] 0 to 1
 */
export function simulateBeads(xyzNm: Float64Array, params: ThinBeadParams = {}): ImageStack<Float64Array> {
  const { sizePx = 64 } = params;
  return {
    pixels: imagesOf(xyzNm, params),
    frames: Math.floor(xyzNm.length / 3),
    rows: sizePx,
    columns: sizePx,
  };
}

/**
 * Z-LUT of a bead in the middle of its ROI, as MagTrack 0.7.6 simulates it (`simulate_zlut`).
 *
 * @param zNm [plane] nm from focus
 * @param oversample bins per px of radius
 * @returns radial profiles about (size / 2, size / 2), as there half a pixel beside the bead when the size is odd
 */
export function simulateZLut(zNm: Float64Array, params: ThinBeadParams = {}, oversample = 1): ZLut {
  return zLutOf(zNm, params, oversample);
}
