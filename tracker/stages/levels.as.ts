// Mean and standard deviation of the counts of an ROI. As in center-of-mass.ts.
import { Bead, count, fourCounts } from './bead.as';
import { Moments, sumMoments } from './moments.as';

export function mean<T>(): f64 {
  sumMoments<T>();
  return Moments.mass / <f64>(Bead.size * Bead.size);
}

/** Root mean square of the counts less `level`. */
export function deviation<T>(level: f64): f64 {
  const size = <usize>Bead.size;
  const levels = f64x2.splat(level);
  let squares = f64x2.splat(0);
  let otherSquares = squares;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    let column: usize = 0;
    for (; column + 4 <= size; column += 4) {
      const at = from + column * sizeof<T>();
      let low: v128;
      let high: v128;
      if (sizeof<T>() == 4) {
        low = f64x2.promote_low_f32x4(v128.load64_zero(at));
        high = f64x2.promote_low_f32x4(v128.load64_zero(at, 8));
      } else {
        const counts = fourCounts<T>(at);
        low = f64x2.convert_low_i32x4_s(counts);
        high = f64x2.convert_low_i32x4_s(v128.shuffle<i64>(counts, counts, 1, 1));
      }
      low = f64x2.sub(low, levels);
      high = f64x2.sub(high, levels);
      squares = f64x2.add(squares, f64x2.mul(low, low));
      otherSquares = f64x2.add(otherSquares, f64x2.mul(high, high));
    }
    for (; column < size; column++) {
      const above = count<T>(from + column * sizeof<T>()) - level;
      squares = f64x2.add(squares, f64x2.replace_lane(f64x2.splat(0), 0, above * above));
    }
  }
  squares = f64x2.add(squares, otherSquares);
  return sqrt((f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1)) / <f64>(size * size));
}
