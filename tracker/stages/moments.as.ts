// Sums of the pixels of an ROI, of themselves and times column or row: exact for whole counts. As in center-of-mass.ts.
import { Bead, count } from './bead.as';

/** Of all pixels of the ROI. */
export class Moments {
  static mass: f64 = 0;
  static x: f64 = 0;
  static y: f64 = 0;
}

export function sumMoments<T>(): void {
  if (sizeof<T>() == 4) sumFloats<T>();
  else sumWhole<T>();
}

/** 16-bit counts less this are signed numbers that can be multiplied in pairs. */
const bias: i64 = 32768;

function sumWhole<T>(): void {
  const size = Bead.size;
  // The last eight columns begin earlier, where columns done before count as none.
  const lastBlock = size - 8;
  const inLast = i16x8.ge_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>((8 - (size & 7)) & 7)));
  const ones = i16x8.splat(1);
  const eight = i16x8.splat(8);
  let mass: i64 = 0;
  let yMoment: i64 = 0;
  let xMoments = i64x2.splat(0);
  for (let row = 0; row < size; row++) {
    const from = Bead.pixels + <usize>row * Bead.rowBytes;
    let columns = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
    let sums = i32x4.splat(0);
    let moments = i32x4.splat(0);
    for (let column = 0; column < lastBlock; column += 8) {
      const counts = eightSigned<T>(from + <usize>column * sizeof<T>());
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(counts, ones));
      moments = i32x4.add(moments, i32x4.dot_i16x8_s(counts, columns));
      columns = i16x8.add(columns, eight);
    }
    const counts = v128.and(eightSigned<T>(from + <usize>lastBlock * sizeof<T>()), inLast);
    columns = i16x8.add(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>lastBlock));
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(counts, ones));
    moments = i32x4.add(moments, i32x4.dot_i16x8_s(counts, columns));
    xMoments = i64x2.add(xMoments, i64x2.extend_low_i32x4_s(moments));
    xMoments = i64x2.add(xMoments, i64x2.extend_high_i32x4_s(moments));
    sums = i32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
    const rowMass = <i64>(i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1));
    mass += rowMass;
    yMoment += rowMass * <i64>row;
  }
  const xMoment = i64x2.extract_lane(xMoments, 0) + i64x2.extract_lane(xMoments, 1);
  const pixels = <i64>(size * size);
  const biases = sizeof<T>() == 2 ? bias : 0;
  Moments.mass = <f64>(mass + biases * pixels);
  Moments.x = <f64>(xMoment + (biases * pixels * <i64>(size - 1)) / 2);
  Moments.y = <f64>(yMoment + (biases * pixels * <i64>(size - 1)) / 2);
}

@inline
function eightSigned<T>(at: usize): v128 {
  if (sizeof<T>() == 1) return v128.load8x8_u(at);
  return v128.xor(v128.load(at), i16x8.splat(-32768));
}

function sumFloats<T>(): void {
  const size = <usize>Bead.size;
  let mass: f64 = 0;
  let xMoment: f64 = 0;
  let yMoment: f64 = 0;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    let masses = f64x2.splat(0);
    let moments = f64x2.splat(0);
    let columns = f64x2(0, 1);
    let column: usize = 0;
    for (; column + 2 <= size; column += 2) {
      const counts = f64x2.promote_low_f32x4(v128.load64_zero(from + (column << 2)));
      masses = f64x2.add(masses, counts);
      moments = f64x2.add(moments, f64x2.mul(counts, columns));
      columns = f64x2.add(columns, f64x2.splat(2));
    }
    let rowMass = f64x2.extract_lane(masses, 0) + f64x2.extract_lane(masses, 1);
    xMoment += f64x2.extract_lane(moments, 0) + f64x2.extract_lane(moments, 1);
    if (column < size) {
      const last = count<T>(from + (column << 2));
      rowMass += last;
      xMoment += last * <f64>column;
    }
    mass += rowMass;
    yMoment += rowMass * <f64>row;
  }
  Moments.mass = mass;
  Moments.x = xMoment;
  Moments.y = yMoment;
}
