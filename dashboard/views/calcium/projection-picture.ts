import type { ProjectionMessage } from '#protocol/calcium-live.ts';

/** How a projection becomes a picture; shares of its pixels that are black and white. */
export interface ProjectionLook {
  tint: 'gray' | 'green';
  /** % of the pixels that are black. */
  darkest: number;
  /** % of the pixels that are as bright as can be. */
  brightest: number;
}

const LEVELS = 65_536;

/** Pixel values below and above which so many % of the pixels lie. */
export function contrastOf(
  pixels: Uint16Array,
  { darkest, brightest }: ProjectionLook,
): [black: number, white: number] {
  const counts = new Uint32Array(LEVELS);
  for (const value of pixels) counts[value]!++;
  const levelAt = (share: number) => {
    let left = share * Math.max(0, pixels.length - 1);
    for (let level = 0; level < LEVELS; level++) {
      left -= counts[level]!;
      if (left < 0) return level;
    }
    return LEVELS - 1;
  };
  const black = levelAt(darkest / 100);
  return [black, Math.max(black + 1, levelAt(1 - brightest / 100))];
}

/** [pixel] RGBA words. */
export function tinted(projection: ProjectionMessage, look: ProjectionLook): Uint32Array {
  const { pixels } = projection;
  const [black, white] = contrastOf(pixels, look);
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
