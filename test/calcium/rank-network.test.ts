import { expect, test } from 'vitest';
import { rankNetwork } from '#calcium/rank-network.ts';
import { createRandom } from '#simulation/random.ts';

function valueOfRank(values: number[], rank: number): number {
  for (const [low, high] of rankNetwork(values.length, rank)) {
    const [first, second] = [values[low]!, values[high]!];
    values[low] = Math.min(first, second);
    values[high] = Math.max(first, second);
  }
  return values[rank]!;
}

// A network that is right for all zeros and ones is right for all values (Knuth 5.3.4, theorem Z).
test.each([1, 2, 3, 6, 9, 11])('of %i values every rank comes to its place', (length) => {
  for (let rank = 0; rank < length; rank++) {
    for (let bits = 0; bits < 2 ** length; bits++) {
      const values = Array.from({ length }, (_, place) => (bits >> place) & 1);
      const zeros = values.filter((value) => value === 0).length;
      expect(valueOfRank(values, rank)).toBe(rank < zeros ? 0 : 1);
    }
  }
});

test.each([27, 45, 125])('of %i values the median comes to its place', (length) => {
  const random = createRandom(length);
  for (let time = 0; time < 200; time++) {
    const values = Array.from({ length }, () => Math.floor(40 * random.uniform()));
    const sorted = [...values].sort((a, b) => a - b);
    expect(valueOfRank(values, length >> 1)).toBe(sorted[length >> 1]);
  }
});
