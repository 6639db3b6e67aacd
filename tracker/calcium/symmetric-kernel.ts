import type { NdValues } from './nd-array.ts';

/**
 * A symmetric kernel along a line, one side of it given.
 *
 * @param extended [sample] the line with as many samples more on either side as the kernel reaches
 * @param weights [distance], from the middle outward
 * @param out filled from `start` on with `count` sums
 */
export function applySymmetric(
  extended: Float64Array,
  weights: Float64Array,
  out: Float64Array,
  start: number,
  count: number,
): void {
  const reach = weights.length - 1;
  const middle = weights[0]!;
  let sample = 0;
  // Four sums at a time: one alone waits for each of its additions; and of the eight values that a distance takes,
  // six are those of the distance before it.
  for (; sample + 4 <= count; sample += 4) {
    const center = sample + reach;
    let b0 = extended[center]!;
    let b1 = extended[center + 1]!;
    let b2 = extended[center + 2]!;
    let b3 = extended[center + 3]!;
    let a0 = b0;
    let a1 = b1;
    let a2 = b2;
    let a3 = b3;
    let first = middle * b0;
    let second = middle * b1;
    let third = middle * b2;
    let fourth = middle * b3;
    for (let distance = 1; distance <= reach; distance++) {
      const weight = weights[distance]!;
      b3 = b2;
      b2 = b1;
      b1 = b0;
      b0 = extended[center - distance]!;
      a0 = a1;
      a1 = a2;
      a2 = a3;
      a3 = extended[center + 3 + distance]!;
      first += weight * (b0 + a0);
      second += weight * (b1 + a1);
      third += weight * (b2 + a2);
      fourth += weight * (b3 + a3);
    }
    out[start + sample] = first;
    out[start + sample + 1] = second;
    out[start + sample + 2] = third;
    out[start + sample + 3] = fourth;
  }
  for (; sample < count; sample++) {
    const center = sample + reach;
    let sum = middle * extended[center]!;
    for (let distance = 1; distance <= reach; distance++) {
      sum += weights[distance]! * (extended[center - distance]! + extended[center + distance]!);
    }
    out[start + sample] = sum;
  }
}

/**
 * The same across lines of equal length: the weighted sum of those around one of them.
 *
 * @param lines [line, sample]
 * @param places start of each line within them, by its distance before and after, [2 distance] and [2 distance + 1]
 * @param weights [distance], from the middle outward
 * @param out filled from `start` on
 */
export function applyAcross(
  lines: NdValues,
  places: Int32Array,
  weights: Float64Array,
  out: Float64Array,
  start: number,
  length: number,
): void {
  const middle = weights[0]!;
  const own = places[0]!;
  let distance = 1;
  // Four distances at a time: a quarter of the passes over the sums, and one is all of a Gaussian of sigma 1.
  if (weights.length > 4) {
    const [w1, w2, w3, w4] = [weights[1]!, weights[2]!, weights[3]!, weights[4]!];
    const [b1, a1, b2, a2] = [places[2]!, places[3]!, places[4]!, places[5]!];
    const [b3, a3, b4, a4] = [places[6]!, places[7]!, places[8]!, places[9]!];
    for (let index = 0; index < length; index++) {
      out[start + index] =
        middle * lines[own + index]! +
        w1 * (lines[b1 + index]! + lines[a1 + index]!) +
        w2 * (lines[b2 + index]! + lines[a2 + index]!) +
        w3 * (lines[b3 + index]! + lines[a3 + index]!) +
        w4 * (lines[b4 + index]! + lines[a4 + index]!);
    }
    distance = 5;
  } else {
    for (let index = 0; index < length; index++) out[start + index] = middle * lines[own + index]!;
  }
  for (; distance + 1 < weights.length; distance += 2) {
    const [near, far] = [weights[distance]!, weights[distance + 1]!];
    const [nearBefore, nearAfter] = [places[2 * distance]!, places[2 * distance + 1]!];
    const [farBefore, farAfter] = [places[2 * distance + 2]!, places[2 * distance + 3]!];
    for (let index = 0; index < length; index++) {
      out[start + index]! +=
        near * (lines[nearBefore + index]! + lines[nearAfter + index]!) +
        far * (lines[farBefore + index]! + lines[farAfter + index]!);
    }
  }
  if (distance === weights.length) return;
  const [before, after] = [places[2 * distance]!, places[2 * distance + 1]!];
  const weight = weights[distance]!;
  for (let index = 0; index < length; index++) {
    out[start + index]! += weight * (lines[before + index]! + lines[after + index]!);
  }
}
