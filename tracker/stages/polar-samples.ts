import { scratch } from './scratch.ts';

/** Radius of the first sampled circle, px: inside it a few pixels would be counted many times. */
export const MIN_RADIUS_PX = 1;

/** Quadrants of a circle as signs of x and y, counterclockwise from the bottom right one (y points down). */
export const QUADRANTS = [
  [1, 1],
  [-1, 1],
  [-1, -1],
  [1, -1],
] as const;

/** Circles around a center on which an ROI is sampled. */
export interface PolarGrid {
  /** Circles; circle i has radius MIN_RADIUS_PX + i stepPx and the last is within half the ROI. */
  radii: number;
  stepPx: number;
  /** Samples of one quadrant of every circle, evenly spread and half a step from the axes. */
  anglesPerQuadrant: number;
}

/** Grid of whole circles for an ROI of `size` px; `angularDensity` are samples a px of the largest one. */
export function polarGrid(size: number, radii: number, angularDensity: number): PolarGrid {
  const reachPx = size / 2 - MIN_RADIUS_PX;
  const anglesPerQuadrant = Math.max(1, Math.floor((Math.PI / 4) * size * angularDensity));
  return { radii, stepPx: reachPx / radii, anglesPerQuadrant };
}

const directionsOf = scratch((angles) => {
  const turn = (angle: number) => ((angle + 0.5) / angles) * (Math.PI / 2);
  return {
    cosines: Float64Array.from({ length: angles }, (_, angle) => Math.cos(turn(angle))),
    sines: Float64Array.from({ length: angles }, (_, angle) => Math.sin(turn(angle))),
  };
});

/**
 * Adds up bilinear samples of the four quadrants of one circle. A sample with a neighbor outside the ROI is left out.
 *
 * @param pixels [row, column] counts of a square ROI
 * @param sums [quadrant] filled with the sums of the counts, in the order of `QUADRANTS`
 * @param samples [quadrant] filled with their numbers
 */
export function sumCircle(
  pixels: Float64Array,
  size: number,
  xPx: number,
  yPx: number,
  radiusPx: number,
  anglesPerQuadrant: number,
  sums: Float64Array,
  samples: Float64Array,
): void {
  const { cosines, sines } = directionsOf(anglesPerQuadrant);
  for (const [quadrant, [signX, signY]] of QUADRANTS.entries()) {
    let sum = 0;
    let inside = 0;
    for (let angle = 0; angle < anglesPerQuadrant; angle++) {
      const x = xPx + signX * radiusPx * cosines[angle]!;
      const y = yPx + signY * radiusPx * sines[angle]!;
      const column = Math.floor(x);
      const row = Math.floor(y);
      if (!(column >= 0 && row >= 0 && column + 1 < size && row + 1 < size)) continue;
      const at = row * size + column;
      const toRight = x - column;
      const above = pixels[at]! + toRight * (pixels[at + 1]! - pixels[at]!);
      const below = pixels[at + size]! + toRight * (pixels[at + size + 1]! - pixels[at + size]!);
      sum += above + (y - row) * (below - above);
      inside++;
    }
    sums[quadrant] = sum;
    samples[quadrant] = inside;
  }
}
