import type { CountNoise } from '#protocol/z-lut-model.ts';

/** Sums of a straight line through squared residuals over the counts that were expected. */
export interface NoiseSums {
  /** Of the weights, times the expected counts to the power of 0, 1 and 2. */
  powers: Float64Array;
  /** Of the weighted squared residuals, times the expected counts to the power of 0 and 1. */
  squares: Float64Array;
  pixels: number;
}

export function createNoiseSums(): NoiseSums {
  return { powers: new Float64Array(3), squares: new Float64Array(2), pixels: 0 };
}

/**
 * Adds a pixel; a squared residual is known to about its own size, so it weighs one over the square of the counts,
 * or of `least` where there are fewer.
 */
export function addResidual(sums: NoiseSums, expected: number, residual: number, least: number): void {
  const counts = Math.max(expected, least);
  const weight = 1 / (counts * counts);
  const square = weight * residual * residual;
  sums.powers[0]! += weight;
  sums.powers[1]! += weight * expected;
  sums.powers[2]! += weight * expected * expected;
  sums.squares[0]! += square;
  sums.squares[1]! += square * expected;
  sums.pixels++;
}

/** What a model expects of a pixel, and what is left. */
export interface ModelPixel {
  expected: number;
  residual: number;
}

/**
 * Adds what two pixels side by side have left beside each other: noise has nothing in common there, while what a model
 * leaves of rings that are not round is nearly the same in both, and no noise.
 */
export function addNeighbors(sums: NoiseSums, left: ModelPixel, right: ModelPixel, least: number): void {
  const expected = (left.expected + right.expected) / 2;
  addResidual(sums, expected, (left.residual - right.residual) / Math.SQRT2, least);
}

/** Standard errors below which what a camera has without light is taken for none. */
const LEAST_SIGNIFICANCE = 3;

/**
 * Noise of a camera by photon transfer: the line of the variance over the counts.
 *
 * @param fitted numbers that were fitted to the pixels before, each of which takes one residual away
 * @returns a gain of 0 where no pixel is off
 * Source: Janesick, Photon Transfer (2007). Differs: residuals of a model in place of a flat field.
 */
export function countNoise({ powers, squares, pixels }: NoiseSums, fitted: number): CountNoise {
  const [s0, s1, s2] = [powers[0]!, powers[1]!, powers[2]!];
  const share = pixels / Math.max(1, pixels - fitted);
  const determinant = s0 * s2 - s1 * s1;
  const gain = (s0 * squares[1]! - s1 * squares[0]!) / determinant;
  const floor = (s2 * squares[0]! - s1 * squares[1]!) / determinant;
  const floorError = Math.abs(gain) * Math.sqrt((2 * s2) / determinant);
  if (gain > 0 && Math.abs(floor) > LEAST_SIGNIFICANCE * floorError) {
    return { cameraGain: share * gain, floorVariance: share * floor };
  }
  return { cameraGain: (share * squares[1]!) / s2, floorVariance: 0 };
}
