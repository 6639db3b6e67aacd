// The pixels of an ROI as circles read them: each beside the one below it, so that one load has the four of a sample.
import { Bead, fourFloats, take } from './bead.as';

/** The ROI as circles read it, and the circle's center. */
export class Polar {
  /** Address of [row, column] pairs of f32 counts above `zero`: of a pixel and of the one below it. */
  static pairs: usize = 0;
  /** What the counts are relative to, so that f32 keeps the digits of a faint bead in much light. */
  static zero: f64 = 0;
  /** Mean of the ROI above `zero`; NaN when a pixel is. */
  static mean: f64 = 0;
  static xPx: f64 = 0;
  static yPx: f64 = 0;
}

/** Readies the pixels of the ROI. */
export function readyPairs(): void {
  const size = <usize>Bead.size;
  Polar.pairs = take(size * (size - 1) * 8 + 8);
  Polar.zero = <f64>(<f32>(0.5 * (Bead.darkest + Bead.brightest)));
  let sum: f64 = 0;
  if (Bead.bytesPerPixel == 1) sum = pairRows<u8>();
  else if (Bead.bytesPerPixel == 2) sum = pairRows<u16>();
  else sum = pairRows<f32>();
  Polar.mean = sum / <f64>(size * size);
}

/** Fills the pairs; returns the sum of the ROI above `zero`. */
function pairRows<T>(): f64 {
  const size = <usize>Bead.size;
  const zero = f32x4.splat(<f32>Polar.zero);
  let sum: f64 = 0;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    // The last row has none below: it is only summed up, over itself, and not kept.
    const below = row + 1 < size ? Bead.rowBytes : 0;
    const to = Polar.pairs + (row + 1 < size ? row : row - 1) * size * 8;
    let four = f32x4.splat(0);
    let column: usize = 0;
    for (; column + 4 <= size; column += 4) {
      const at = from + column * sizeof<T>();
      const upper = f32x4.sub(fourFloats<T>(at), zero);
      four = f32x4.add(four, upper);
      if (below == 0) continue;
      const lower = f32x4.sub(fourFloats<T>(at + below), zero);
      v128.store(to + column * 8, v128.shuffle<f32>(upper, lower, 0, 4, 1, 5));
      v128.store(to + column * 8 + 16, v128.shuffle<f32>(upper, lower, 2, 6, 3, 7));
    }
    sum += <f64>addLanes(four);
    for (; column < size; column++) {
      const at = from + column * sizeof<T>();
      const upper = <f32>load<T>(at) - <f32>Polar.zero;
      sum += <f64>upper;
      if (below == 0) continue;
      store<f32>(to + column * 8, upper);
      store<f32>(to + column * 8 + 4, <f32>load<T>(at + below) - <f32>Polar.zero);
    }
  }
  return sum;
}

@inline
export function addLanes(four: v128): f32 {
  return (
    f32x4.extract_lane(four, 0) +
    f32x4.extract_lane(four, 2) +
    (f32x4.extract_lane(four, 1) + f32x4.extract_lane(four, 3))
  );
}
