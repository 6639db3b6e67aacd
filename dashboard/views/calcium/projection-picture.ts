import type { ProjectionMessage } from '#protocol/calcium-live.ts';
import type { Roi } from '#protocol/roi.ts';

/** How a projection becomes a picture; shares of its pixels that are black and white. */
export interface ProjectionLook {
  tint: 'gray' | 'green';
  /** % of the pixels that are black. */
  darkest: number;
  /** % of the pixels that are as bright as can be. */
  brightest: number;
}

const LEVELS = 65_536;

/** Rings of a bead reach so far beyond its ROI, as a share of its size. */
const RINGS = 0.25;

type Pixels = Pick<ProjectionMessage, 'pixels' | 'width' | 'height'>;

/**
 * Pixel values below and above which so many % of the pixels lie.
 * @param rois of beads, which outshine cells: their pixels do not count unless there are hardly others
 */
export function contrastOf(
  { pixels, width, height }: Pixels,
  look: ProjectionLook,
  rois: readonly Roi[],
): [black: number, white: number] {
  const isOfBead = new Uint8Array(pixels.length);
  for (const { left, top, size } of rois) {
    const reach = Math.round(RINGS * size);
    const [first, end] = [Math.max(0, left - reach), Math.min(width, left + size + reach)];
    for (let row = Math.max(0, top - reach); row < Math.min(height, top + size + reach); row++) {
      isOfBead.fill(1, row * width + first, row * width + Math.max(first, end));
    }
  }
  const counts = new Uint32Array(LEVELS);
  let counted = 0;
  for (let pixel = 0; pixel < pixels.length; pixel++) {
    if (isOfBead[pixel] === 1) continue;
    counts[pixels[pixel]!]!++;
    counted++;
  }
  if (counted < 0.1 * pixels.length) return contrastOf({ pixels, width, height }, look, []);
  const levelAt = (share: number) => {
    let left = share * Math.max(0, counted - 1);
    for (let level = 0; level < LEVELS; level++) {
      left -= counts[level]!;
      if (left < 0) return level;
    }
    return LEVELS - 1;
  };
  const black = levelAt(look.darkest / 100);
  return [black, Math.max(black + 1, levelAt(1 - look.brightest / 100))];
}

/** [pixel] RGBA words. */
export function tinted(projection: Pixels, look: ProjectionLook, rois: readonly Roi[]): Uint32Array {
  const { pixels } = projection;
  const [black, white] = contrastOf(projection, look, rois);
  const palette = Uint32Array.from({ length: 256 }, (_, level) => colorOf(level, look.tint));
  const words = new Uint32Array(pixels.length);
  const slope = 255 / (white - black);
  for (const [at, value] of pixels.entries()) {
    words[at] = palette[Math.min(255, Math.max(0, Math.round((value - black) * slope)))]!;
  }
  return words;
}

/** Green goes over into white, so that the brightest parts can still be told apart. */
function colorOf(level: number, tint: ProjectionLook['tint']): number {
  const red = tint === 'gray' ? level : Math.max(0, 2 * level - 255);
  const blue = tint === 'gray' ? level : Math.round(Math.max(red, 0.4 * level));
  // ImageData is RGBA by bytes, little-endian words.
  return (0xff000000 | (blue << 16) | (level << 8) | red) >>> 0;
}
