/** Mean of all values; NaN for none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum / values.length;
}

/** Population standard deviation (divided by n); NaN for no values. */
export function populationStd(values: ArrayLike<number>): number {
  const center = mean(values);
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += (values[index]! - center) ** 2;
  return Math.sqrt(sum / values.length);
}

/**
 * The value that would have this index if the values were sorted.
 *
 * @param values reordered: what comes after `rank` is not smaller, what comes before not larger; no NaN
 * Source: Hoare, Commun. ACM 4 (1961) 321, algorithm 65.
 */
export function selectRank(values: Float64Array, rank: number): number {
  let first = 0;
  let last = values.length - 1;
  while (first < last) {
    const pivot = middleOf(values[first]!, values[(first + last) >> 1]!, values[last]!);
    let low = first;
    let high = last;
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const held = values[low]!;
      values[low++] = values[high]!;
      values[high--] = held;
    }
    if (rank <= high) last = high;
    else if (rank >= low) first = low;
    else break;
  }
  return values[rank]!;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/**
 * Percentile by linear interpolation at q / 100 (n - 1).
 *
 * @param q percent, from 0 to 100
 * @returns NaN for no values or where one is NaN
 */
export function percentile(values: ArrayLike<number>, q: number): number {
  return percentileOf(Float64Array.from(values), q);
}

/** As `percentile`, of values that may be reordered. */
export function percentileOf(values: Float64Array, q: number): number {
  if (values.length === 0 || hasNaN(values)) return Number.NaN;
  const position = (q / 100) * (values.length - 1);
  const rank = Math.min(Math.floor(position), values.length - 1);
  const below = selectRank(values, rank);
  const fraction = position - rank;
  if (fraction === 0) return below;
  let above = Number.POSITIVE_INFINITY;
  for (let index = rank + 1; index < values.length; index++) above = Math.min(above, values[index]!);
  return below + (above - below) * fraction;
}

/** Middle value, or the mean of the two middle ones; NaN as `percentile`. */
export function median(values: ArrayLike<number>): number {
  return percentile(values, 50);
}

function hasNaN(values: Float64Array): boolean {
  for (let index = 0; index < values.length; index++) {
    if (Number.isNaN(values[index]!)) return true;
  }
  return false;
}

/** Smallest and largest value; infinities the wrong way round for no values, NaN skipped. */
export function extremes(values: ArrayLike<number>): { least: number; most: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    if (values[index]! < least) least = values[index]!;
    if (values[index]! > most) most = values[index]!;
  }
  return { least, most };
}

/** Statistics of the values that are not NaN; all NaN when there are none. */
export function nanStatistics(values: ArrayLike<number>): {
  mean: number;
  std: number;
  least: number;
  most: number;
} {
  const present = Float64Array.from(values).filter((value) => !Number.isNaN(value));
  if (present.length === 0) {
    return { mean: Number.NaN, std: Number.NaN, least: Number.NaN, most: Number.NaN };
  }
  return { mean: mean(present), std: populationStd(present), ...extremes(present) };
}
