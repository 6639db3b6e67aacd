/**
 * The four uniform cubic B-splines that are not zero between two knots.
 * @param t place between the knots, 0 to 1
 * @param into filled; they add up to 1
 * Source: de Boor, A Practical Guide to Splines, chapter IX.
 */
export function cubicWeights(t: number, into: Float64Array): void {
  const s = 1 - t;
  into[0] = (s * s * s) / 6;
  into[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
  into[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
  into[3] = (t * t * t) / 6;
}

/** Their slopes by t; they add up to 0. */
export function cubicSlopes(t: number, into: Float64Array): void {
  const s = 1 - t;
  into[0] = (-s * s) / 2;
  into[1] = (3 * t * t - 4 * t) / 2;
  into[2] = (4 * s - 3 * s * s) / 2;
  into[3] = (t * t) / 2;
}
