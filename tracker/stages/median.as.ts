// Middle count of an ROI. Defined in median.ts.
import { Bead, take } from './bead.as';

/** The mean of the middle two of an even number of pixels; float32 pixels have no NaN. */
export function median<T>(): f64 {
  const pixels = Bead.size * Bead.size;
  return sizeof<T>() == 4 ? floatMedian(pixels) : wholeMedian<T>(pixels);
}

/** Four histograms, so that pixels side by side do not wait for one another. */
const histogramBytes: usize = 4 * 256 << 2;

/** From a histogram, for 16 bits one of their upper 8 and then one of their lower 8. */
function wholeMedian<T>(pixels: i32): f64 {
  const histogram = take(histogramBytes);
  const upper = ranked<T>(histogram, pixels >> 1);
  if ((pixels & 1) == 1) return <f64>upper;
  // Most often both middle pixels have the same count, which takes no second search.
  const lower = Found.before < pixels >> 1 ? upper : ranked<T>(histogram, (pixels >> 1) - 1);
  return (<f64>lower + <f64>upper) / 2;
}

/** What `find` came by: the bin, and how many pixels are in the bins before it. */
class Found {
  static bin: i32 = 0;
  static before: i32 = 0;
}

/** Count of this rank; `Found.before` is the number of smaller ones. */
function ranked<T>(histogram: usize, rank: i32): i32 {
  if (sizeof<T>() == 1) {
    tally<T>(histogram, 0, 0);
    find(histogram, rank);
    return Found.bin;
  }
  tally<T>(histogram, 8, -1);
  find(histogram, rank);
  const upper = Found.bin;
  const smaller = Found.before;
  tally<T>(histogram, 0, upper);
  find(histogram, rank - smaller);
  Found.before += smaller;
  return (upper << 8) + Found.bin;
}

function find(histogram: usize, rank: i32): void {
  let before = 0;
  let bin = 0;
  for (; ; bin++) {
    const at = histogram + (<usize>bin << 2);
    const here = load<i32>(at) + load<i32>(at, 1024) + load<i32>(at, 2048) + load<i32>(at, 3072);
    if (before + here > rank) break;
    before += here;
  }
  Found.bin = bin;
  Found.before = before;
}

/** Counts pixels by 8 of their bits from `shift` on; only those whose upper 8 bits are `upper`, if that is not -1. */
function tally<T>(histogram: usize, shift: i32, upper: i32): void {
  const size = <usize>Bead.size;
  memory.fill(histogram, 0, histogramBytes);
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    for (let column: usize = 0; column < size; column++) {
      const counts = <i32>load<T>(from + column * sizeof<T>());
      if (sizeof<T>() == 2 && upper >= 0 && counts >> 8 != upper) continue;
      const bin = sizeof<T>() == 1 ? counts : (counts >> shift) & 255;
      const at = histogram + ((column & 3) << 10) + (<usize>bin << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
  }
}

function floatMedian(pixels: i32): f64 {
  const size = <usize>Bead.size;
  const middle = pixels >> 1;
  const copy = take(<usize>pixels << 2);
  for (let row: usize = 0; row < size; row++) {
    memory.copy(copy + ((row * size) << 2), Bead.pixels + row * Bead.rowBytes, size << 2);
  }
  const upper = select(copy, pixels, middle);
  if ((pixels & 1) == 1) return <f64>upper;
  // Selection leaves everything left of the middle no larger than it.
  let lower: f32 = -Infinity;
  for (let index = 0; index < middle; index++) lower = max(lower, load<f32>(copy + (<usize>index << 2)));
  return (<f64>lower + <f64>upper) / 2;
}

/** Moves the value of this rank to its place, smaller ones before it (Hoare 1961, Algorithm 65), and returns it. */
function select(values: usize, length: i32, rank: i32): f32 {
  let left = 0;
  let right = length - 1;
  while (left < right) {
    const pivot = load<f32>(values + (<usize>((left + right) >> 1) << 2));
    let low = left;
    let high = right;
    while (low <= high) {
      while (load<f32>(values + (<usize>low << 2)) < pivot) low++;
      while (load<f32>(values + (<usize>high << 2)) > pivot) high--;
      if (low > high) break;
      const atLow = values + (<usize>low << 2);
      const atHigh = values + (<usize>high << 2);
      const swapped = load<f32>(atLow);
      store<f32>(atLow, load<f32>(atHigh));
      store<f32>(atHigh, swapped);
      low++;
      high--;
    }
    if (rank <= high) right = high;
    else if (rank >= low) left = low;
    else break;
  }
  return load<f32>(values + (<usize>rank << 2));
}
