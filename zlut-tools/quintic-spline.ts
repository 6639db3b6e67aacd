/**
 * The six uniform quintic B-splines that are not zero between two knots.
 * @param t place between the knots, 0 to 1
 * @param into filled; they add up to 1
 * Source: de Boor, A Practical Guide to Splines, chapter IX.
 */
export function quinticWeights(t: number, into: Float64Array): void {
  const s = 1 - t;
  into[0] = s ** 5 / 120;
  into[1] = second(s) / 120;
  into[2] = third(t) / 120;
  into[3] = third(s) / 120;
  into[4] = second(t) / 120;
  into[5] = t ** 5 / 120;
}

function second(t: number): number {
  return 1 + t * (5 + t * (10 + t * (10 + t * (5 - 5 * t))));
}

function third(t: number): number {
  return 66 + t * t * (-60 + t * t * (30 - 10 * t));
}
