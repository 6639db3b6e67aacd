import { ZLutError } from './errors.ts';

/** How counts spread: the variance of a pixel is `cameraGain` times its counts, plus `floorVariance`. */
export interface CountNoise {
  /** Counts a detected photon. */
  cameraGain: number;
  /** counts^2: of the read noise, less what a black level of the camera adds to the counts. */
  floorVariance: number;
}

/**
 * Image of one bead as a smooth function: gain * P(r, z) + offset, where P is a tensor product of cubic B-splines with
 * even knots. Its gain is 1 and its offset 0 for the light it was calibrated with.
 */
export interface ZLutModel extends CountNoise {
  /** Knots in z, the second of which is at `startZNm`, and their distance. */
  zKnots: number;
  startZNm: number;
  stepZNm: number;
  /** Knots in r, the first of which is at 0, and their distance; P is even in r. */
  knots: number;
  knotPx: number;
  /** [z knot, r knot] counts. */
  coefficients: Float64Array;
  /** Radius that every frame of the calibration covers; beyond it P is not known. */
  reachPx: number;
  /** Mean counts of the images it was made of. */
  levelCounts: number;
  /**
   * How far chi-squared of those images is above 1, at least 0: what is not round, and rings of neighbors. As much is
   * expected of every other image of the bead, in proportion to its light.
   */
  misfit: number;
}

/** Everything of a model but its coefficients, by name. */
export type ModelFacts = Omit<ZLutModel, 'coefficients' | 'zKnots' | 'knots'>;

/**
 * Model of its coefficients and what a file says beside them.
 * @param coefficients [z knot, r knot] counts
 * @throws {ZLutError} if it has under 4 knots along an axis, does not reach as far as it says, or has a number that
 *   is not finite
 */
export function createZLutModel(
  name: string,
  coefficients: Float64Array,
  shape: readonly number[],
  facts: ModelFacts,
): ZLutModel {
  const [zKnots = 0, knots = 0] = shape;
  const { stepZNm, knotPx, reachPx, levelCounts, cameraGain } = facts;
  if (shape.length !== 2 || zKnots < 4 || knots < 4 || coefficients.length !== zKnots * knots) {
    throw new ZLutError({
      where: name,
      expected: 'coefficients of a model [z knot, r knot], at least 4 x 4',
      received: `shape (${shape.join(', ')}), ${coefficients.length} values`,
    });
  }
  const positive = { stepZNm, knotPx, reachPx, levelCounts, cameraGain };
  for (const [fact, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new ZLutError({ where: `${name} ${fact}`, expected: 'a number above 0', received: `${value}` });
    }
  }
  if (!(facts.misfit >= 0 && Number.isFinite(facts.misfit))) {
    throw new ZLutError({
      where: `${name} misfit`,
      expected: 'a number from 0',
      received: `${facts.misfit}`,
    });
  }
  const farthestPx = (knots - 3) * knotPx;
  if (reachPx > farthestPx) {
    throw new ZLutError({
      where: `${name} reachPx`,
      expected: `at most ${farthestPx}, as far as its knots go`,
      received: `${reachPx}`,
    });
  }
  const wrong = coefficients.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new ZLutError({
      where: `${name} z knot ${Math.floor(wrong / knots)}, r knot ${wrong % knots}`,
      expected: 'finite counts',
      received: `${coefficients[wrong]}`,
      remedy: 'build the model again',
    });
  }
  return { ...facts, zKnots, knots, coefficients };
}
