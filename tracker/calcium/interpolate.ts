import { CalciumError, requireNumber } from './calcium-error.ts';

/**
 * Straight lines between points; beyond the first and the last, their values.
 *
 * @param x [sample] where to interpolate
 * @param pointX [point] ascending, at least one
 * @param pointY [point]
 * @returns [sample]; NaN where x is
 * @throws {CalciumError} if the points are not ascending, or differ in number
 */
export function interpolate(
  x: ArrayLike<number>,
  pointX: ArrayLike<number>,
  pointY: ArrayLike<number>,
): Float64Array {
  const count = pointX.length;
  requireNumber('interpolate points', count, 'at least one', count > 0);
  requireNumber('interpolate pointY', pointY.length, `${count} values, as pointX`, pointY.length === count);
  for (let point = 1; point < count; point++) {
    if (pointX[point]! > pointX[point - 1]!) continue;
    throw new CalciumError({
      where: `interpolate pointX[${point}]`,
      expected: `more than ${pointX[point - 1]}`,
      received: String(pointX[point]),
      remedy: 'sort the points',
    });
  }
  return Float64Array.from(x, (at) => {
    if (Number.isNaN(at)) return Number.NaN;
    if (at <= pointX[0]!) return pointY[0]!;
    if (at >= pointX[count - 1]!) return pointY[count - 1]!;
    let low = 0;
    let high = count - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (pointX[middle]! <= at) low = middle;
      else high = middle;
    }
    const slope = (pointY[high]! - pointY[low]!) / (pointX[high]! - pointX[low]!);
    return pointY[low]! + slope * (at - pointX[low]!);
  });
}
