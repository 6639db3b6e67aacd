import type { ZLut } from '#protocol/z-lut.ts';
import type { BeadState } from '#stages/define.ts';

/** Counts of rings that widen with height (in planes): not optics, but smooth, radial and known everywhere. */
export function ringCounts(radiusPx: number, plane: number): number {
  return 120 + 90 * Math.cos(radiusPx * (1.1 - 0.02 * plane)) * Math.exp(-radiusPx / 9);
}

/** ROI [row, column] of such rings around a center in ROI px. */
export function ringRoi(size: number, xPx: number, yPx: number, plane = 10): Float64Array {
  return Float64Array.from({ length: size * size }, (_, pixel) =>
    ringCounts(Math.hypot((pixel % size) - xPx, Math.floor(pixel / size) - yPx), plane),
  );
}

/** Z-LUT of the same rings at whole planes, `stepNm` apart from 1000 nm on. */
export function ringZLut(radii: number, planes = 24, stepNm = 100): ZLut {
  return {
    name: 'rings',
    planes,
    radii,
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => 1000 + plane * stepNm),
    profiles: Float64Array.from({ length: planes * radii }, (_, index) =>
      ringCounts(index % radii, Math.floor(index / radii)),
    ),
  };
}

/** A bead of which only the pixels are known, or also a first center. */
export function beadOf(
  pixels: Float64Array,
  known: { xPx?: number; yPx?: number; profile?: Float64Array; zLut?: ZLut } = {},
): BeadState {
  return {
    pixels,
    size: Math.sqrt(pixels.length),
    zLut: null,
    xPx: Number.NaN,
    yPx: Number.NaN,
    profile: new Float64Array(0),
    zNm: Number.NaN,
    score: Number.NaN,
    ...known,
  };
}

/** Numbers from 0 to 1 in a fixed order (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
