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

/** How a sample can count: as every other, or by the cosine or sine of its angle from the row through the center. */
export const WEIGHTINGS = { even: 0, cosine: 1, sine: 2 } as const;

/** Sums of the four quadrants of a circle, [quadrant, weighting]. */
export interface CircleSums {
  /** Of the weighted counts. */
  counts: Float64Array;
  /** Of the weights; those of `even` are the number of samples. */
  weights: Float64Array;
}

/** Room for the sums of one circle. */
export function createCircleSums(): CircleSums {
  return { counts: new Float64Array(12), weights: new Float64Array(12) };
}

/** [angle] directions of the samples of one quadrant. */
export const directionsOf = scratch((angles) => {
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
 * @param into filled, quadrants in the order of `QUADRANTS`
 */
export function sumCircle(
  pixels: Float64Array,
  size: number,
  xPx: number,
  yPx: number,
  radiusPx: number,
  anglesPerQuadrant: number,
  into: CircleSums,
): void {
  const directions = directionsOf(anglesPerQuadrant);
  for (const [quadrant, [signX, signY]] of QUADRANTS.entries()) {
    let even = 0;
    let cosine = 0;
    let sine = 0;
    let inside = 0;
    let cosines = 0;
    let sines = 0;
    for (let angle = 0; angle < anglesPerQuadrant; angle++) {
      const alongRow = directions.cosines[angle]!;
      const alongColumn = directions.sines[angle]!;
      const x = xPx + signX * radiusPx * alongRow;
      const y = yPx + signY * radiusPx * alongColumn;
      const column = Math.floor(x);
      const row = Math.floor(y);
      if (!(column >= 0 && row >= 0 && column + 1 < size && row + 1 < size)) continue;
      const at = row * size + column;
      const toRight = x - column;
      const above = pixels[at]! + toRight * (pixels[at + 1]! - pixels[at]!);
      const below = pixels[at + size]! + toRight * (pixels[at + size + 1]! - pixels[at + size]!);
      const counts = above + (y - row) * (below - above);
      even += counts;
      cosine += alongRow * counts;
      sine += alongColumn * counts;
      inside++;
      cosines += alongRow;
      sines += alongColumn;
    }
    into.counts[3 * quadrant + WEIGHTINGS.even] = even;
    into.counts[3 * quadrant + WEIGHTINGS.cosine] = cosine;
    into.counts[3 * quadrant + WEIGHTINGS.sine] = sine;
    into.weights[3 * quadrant + WEIGHTINGS.even] = inside;
    into.weights[3 * quadrant + WEIGHTINGS.cosine] = cosines;
    into.weights[3 * quadrant + WEIGHTINGS.sine] = sines;
  }
}
