/** A normal distribution's standard deviation over its median absolute deviation. */
const MAD_TO_SIGMA = 1.4826;

/** Values that are sorted faster by insertion. */
const FEW = 32;

/** Middle value of those that are numbers; NaN when none is. */
export function median(values: ArrayLike<number>): number {
  const known = new Float64Array(values.length);
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isNaN(value)) known[count++] = value;
  }
  if (count === 0) return Number.NaN;
  const sorted = known.subarray(0, count);
  if (count > FEW) sorted.sort();
  else sortFew(sorted);
  const middle = count >> 1;
  return count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** By insertion, in place: a long sweep asks for the median of some frames a hundred million times. */
function sortFew(values: Float64Array): void {
  for (let end = 1; end < values.length; end++) {
    const value = values[end]!;
    let place = end;
    for (; place > 0 && values[place - 1]! > value; place--) values[place] = values[place - 1]!;
    values[place] = value;
  }
}

/** Standard deviation by the median absolute deviation, which outliers do not move. */
export function robustSigma(values: ArrayLike<number>, center = median(values)): number {
  return MAD_TO_SIGMA * median(Float64Array.from(values, (value) => Math.abs(value - center)));
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

/** Root of the mean square of those that are numbers; NaN when none is. */
export function rms(values: ArrayLike<number>): number {
  let squares = 0;
  let count = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    squares += value * value;
    count++;
  }
  return Math.sqrt(squares / count);
}

/** A straight line y = intercept + slope x, and how well it is known. */
export interface Line {
  intercept: number;
  slope: number;
  interceptError: number;
  slopeError: number;
  /** Standard deviation of y around it. */
  scatter: number;
  points: number;
}

/** Residuals beyond so many standard deviations are left out of a line. */
const OUTLIER_SIGMAS = 4;

/**
 * Straight line by least squares, without points far off it, twice.
 * @returns null with fewer than 4 points or without spread in x
 */
export function fitLine(x: readonly number[], y: readonly number[]): Line | null {
  let kept = x.map((_, index) => index).filter((index) => Number.isFinite(x[index]! + y[index]!));
  let line = leastSquares(kept, x, y);
  for (let round = 0; round < 2 && line; round++) {
    const { intercept, slope } = line;
    const residuals = kept.map((index) => y[index]! - intercept - slope * x[index]!);
    const [center, sigma] = [median(residuals), robustSigma(residuals)];
    kept = kept.filter(
      (_, place) => Math.abs(residuals[place]! - center) <= Math.max(OUTLIER_SIGMAS * sigma, 1e-9),
    );
    line = leastSquares(kept, x, y);
  }
  return line;
}

function leastSquares(kept: readonly number[], x: readonly number[], y: readonly number[]): Line | null {
  const points = kept.length;
  if (points < 4) return null;
  const meanX = mean(kept.map((index) => x[index]!));
  const meanY = mean(kept.map((index) => y[index]!));
  let xx = 0;
  let xy = 0;
  for (const index of kept) {
    xx += (x[index]! - meanX) ** 2;
    xy += (x[index]! - meanX) * (y[index]! - meanY);
  }
  if (!(xx > 0)) return null;
  const slope = xy / xx;
  const intercept = meanY - slope * meanX;
  const squares = kept.reduce((sum, index) => sum + (y[index]! - intercept - slope * x[index]!) ** 2, 0);
  const scatter = Math.sqrt(squares / (points - 2));
  return {
    ...{ intercept, slope, scatter, points },
    slopeError: scatter / Math.sqrt(xx),
    interceptError: scatter * Math.sqrt(1 / points + (meanX * meanX) / xx),
  };
}
