/** Two places of which the first gets the smaller value and the second the larger. */
export type Comparator = readonly [low: number, high: number];

/**
 * Comparators that bring the value of one rank to its place, whatever the values are; the other places are in no order.
 *
 * Those of a sorting network that the wanted place depends on.
 *
 * @param length values, at least 1
 * @param rank from 0
 * Source: Batcher, AFIPS Proc. 32 (1968) 307, odd-even merge sort.
 */
export function rankNetwork(length: number, rank: number): Comparator[] {
  const needed = new Set([rank]);
  const kept: Comparator[] = [];
  for (const comparator of sortingNetwork(length).reverse()) {
    if (!comparator.some((place) => needed.has(place))) continue;
    for (const place of comparator) needed.add(place);
    kept.push(comparator);
  }
  return kept.reverse();
}

/** The next power of 2 is sorted; what is beyond the values would be the largest there and never moves. */
function sortingNetwork(length: number): Comparator[] {
  const comparators: Comparator[] = [];
  for (let run = 1; run < length; run *= 2) {
    for (let step = run; step >= 1; step /= 2) {
      for (let start = step % run; start + step < length; start += 2 * step) {
        for (let place = start; place < Math.min(start + step, length - step); place++) {
          const isInOneMerge = Math.floor(place / (2 * run)) === Math.floor((place + step) / (2 * run));
          if (isInOneMerge) comparators.push([place, place + step]);
        }
      }
    }
  }
  return comparators;
}
