/** Median of the finite values; NaN when there is none. */
export function median(values: Float64Array): number {
  const finite = values.filter(Number.isFinite).sort();
  if (finite.length === 0) return Number.NaN;
  const middle = finite.length >> 1;
  return finite.length % 2 ? finite[middle]! : (finite[middle - 1]! + finite[middle]!) / 2;
}

/** Standard deviation of the finite values about their mean; NaN for fewer than two. */
export function standardDeviation(values: Float64Array): number {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count++;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
  }
  return count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1));
}
