/** A straight line through points of which some are far off. */
export interface RobustLine {
  slope: number;
  intercept: number;
  /** [point] y less the line. */
  residuals: number[];
  /** [point] whether it is near the line; those that are not have no part in it. */
  isKept: boolean[];
}

/** Points that slopes are taken between: more would be slow, and tell no more. */
const MOST_POINTS = 400;
/** Of a normal distribution, standard deviation over median absolute deviation. */
const SIGMA_OF_MEDIAN = 1.4826;
/**
 * Least-squares line through the points that are near the median line.
 * @param sigmas standard deviations, told by their median, within which a point is near
 * @param least distance within which it is near in any case
 * Source: Theil 1950, Sen 1968, doi:10.1080/01621459.1968.10480934, for the line that says which.
 */
export function fitLine(
  x: readonly number[],
  y: readonly number[],
  sigmas: number,
  least: number,
): RobustLine {
  const every = Math.ceil(x.length / MOST_POINTS);
  const slopes: number[] = [];
  for (let i = 0; i < x.length; i += every)
    for (let j = i + every; j < x.length; j += every) slopes.push((y[j]! - y[i]!) / (x[j]! - x[i]!));
  const roughSlope = median(slopes);
  const roughIntercept = median(x.map((value, index) => y[index]! - roughSlope * value));
  const rough = x.map((value, index) => Math.abs(y[index]! - roughSlope * value - roughIntercept));
  const limit = Math.max(sigmas * SIGMA_OF_MEDIAN * median(rough), least);
  const isKept = rough.map((residual) => residual <= limit);
  const { slope, intercept } = leastSquares(
    x.filter((_, index) => isKept[index]),
    y.filter((_, index) => isKept[index]),
  );
  return {
    slope,
    intercept,
    isKept,
    residuals: x.map((value, index) => y[index]! - slope * value - intercept),
  };
}

function leastSquares(x: readonly number[], y: readonly number[]): { slope: number; intercept: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [xMean, yMean] = [mean(x), mean(y)];
  let xx = 0;
  let xy = 0;
  for (const [index, value] of x.entries()) {
    xx += (value - xMean) ** 2;
    xy += (value - xMean) * (y[index]! - yMean);
  }
  return { slope: xy / xx, intercept: yMean - (xy / xx) * xMean };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
