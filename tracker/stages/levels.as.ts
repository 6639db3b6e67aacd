// Levels of the counts of an ROI: mean, standard deviation, median.
import { Bead, count, take } from './bead.as';

export function mean<T>(): f64 {
  const size = <usize>Bead.size;
  let sum: f64 = 0;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    for (let column: usize = 0; column < size; column++) sum += count<T>(from + column * sizeof<T>());
  }
  return sum / <f64>(size * size);
}

/** Root mean square of the counts less `level`. */
export function deviation<T>(level: f64): f64 {
  const size = <usize>Bead.size;
  let squares: f64 = 0;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    for (let column: usize = 0; column < size; column++) {
      const above = count<T>(from + column * sizeof<T>()) - level;
      squares += above * above;
    }
  }
  return sqrt(squares / <f64>(size * size));
}

/** Middle count, the mean of the middle two of an even number of pixels; float32 pixels have no NaN. */
export function median<T>(): f64 {
  const pixels = Bead.size * Bead.size;
  const middle = pixels >> 1;
  if (sizeof<T>() == 4) return floatMedian(pixels, middle);
  const upper = <f64>ranked<T>(middle);
  return (pixels & 1) == 1 ? upper : (<f64>ranked<T>(middle - 1) + upper) / 2;
}

/** Whole count of this rank, from a histogram of its upper and then of its lower 8 bits. */
function ranked<T>(rank: i32): i32 {
  const histogram = take(256 << 2);
  let above: i32 = -1;
  if (sizeof<T>() == 2) {
    tally<T>(histogram, -1);
    let seen = 0;
    for (above = 0; seen + load<i32>(histogram + (<usize>above << 2)) <= rank; above++) {
      seen += load<i32>(histogram + (<usize>above << 2));
    }
    rank -= seen;
  }
  tally<T>(histogram, max(above, 0));
  let seen = 0;
  let low = 0;
  for (; seen + load<i32>(histogram + (<usize>low << 2)) <= rank; low++) {
    seen += load<i32>(histogram + (<usize>low << 2));
  }
  return (max(above, 0) << 8) + low;
}

/** Counts pixels by their upper 8 bits, or those with these upper 8 bits by their lower 8 bits. */
function tally<T>(histogram: usize, above: i32): void {
  const size = <usize>Bead.size;
  memory.fill(histogram, 0, 256 << 2);
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    for (let column: usize = 0; column < size; column++) {
      const counts = <i32>load<T>(from + column * sizeof<T>());
      if (above >= 0 && counts >> 8 != above) continue;
      const at = histogram + (<usize>(above < 0 ? counts >> 8 : counts & 255) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
  }
}

function floatMedian(pixels: i32, middle: i32): f64 {
  const size = <usize>Bead.size;
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
