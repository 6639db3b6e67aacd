import { scratch } from './scratch.ts';

const copyOf = scratch((length) => new Float64Array(length));

/** Middle value, the mean of the middle two of an even number; `values` has no NaN. */
export function median(values: Float64Array): number {
  const copy = copyOf(values.length);
  copy.set(values);
  const middle = values.length >> 1;
  const upper = select(copy, middle);
  if (values.length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  // Selection leaves everything left of the middle no larger than it.
  for (let index = 0; index < middle; index++) lower = Math.max(lower, copy[index]!);
  return (lower + upper) / 2;
}

/** Moves the value of this rank to its place, smaller ones before it (Hoare 1961, Algorithm 65), and returns it. */
function select(values: Float64Array, rank: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let low = left;
    let high = right;
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const swapped = values[low]!;
      values[low++] = values[high]!;
      values[high--] = swapped;
    }
    if (rank <= high) right = high;
    else if (rank >= low) left = low;
    else break;
  }
  return values[rank]!;
}
