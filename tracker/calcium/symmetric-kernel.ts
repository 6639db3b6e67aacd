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
  // Four sums at a time: one alone waits for each of its additions.
  for (; sample + 4 <= count; sample += 4) {
    const center = sample + reach;
    let first = middle * extended[center]!;
    let second = middle * extended[center + 1]!;
    let third = middle * extended[center + 2]!;
    let fourth = middle * extended[center + 3]!;
    for (let distance = 1; distance <= reach; distance++) {
      const weight = weights[distance]!;
      const before = center - distance;
      const after = center + distance;
      first += weight * (extended[before]! + extended[after]!);
      second += weight * (extended[before + 1]! + extended[after + 1]!);
      third += weight * (extended[before + 2]! + extended[after + 2]!);
      fourth += weight * (extended[before + 3]! + extended[after + 3]!);
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
  lines: Float64Array,
  places: Int32Array,
  weights: Float64Array,
  out: Float64Array,
  start: number,
  length: number,
): void {
  const middle = weights[0]!;
  const own = places[0]!;
  for (let index = 0; index < length; index++) out[start + index] = middle * lines[own + index]!;
  let distance = 1;
  // Two distances at a time: half the passes over the sums.
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
