// center-of-mass: mean position of the light. Defined in center-of-mass.ts.
import { Bead, fourCounts } from './bead.as';
import { centerOfMassAbsolute, centerOfMassBackground, centerOfMassK } from './constants.as';
import { deviation, mean } from './levels.as';
import { median } from './median.as';
import { Moments, sumMoments } from './moments.as';

export function centerOfMass(params: usize, _tables: usize): void {
  if (Bead.bytesPerPixel == 1) weigh<u8>(params);
  else if (Bead.bytesPerPixel == 2) weigh<u16>(params);
  else weigh<f32>(params);
  Bead.xPx = Moments.mass == 0 ? NaN : Moments.x / Moments.mass;
  Bead.yPx = Moments.mass == 0 ? NaN : Moments.y / Moments.mass;
}

function weigh<T>(params: usize): void {
  const background = <i32>load<f64>(params + centerOfMassBackground);
  if (background == 0) return sumMoments<T>();
  const level = background == 2 ? median<T>() : mean<T>();
  const least = background == 3 ? load<f64>(params + centerOfMassK) * deviation<T>(level) : 0;
  sumAbove<T>(level, least, load<f64>(params + centerOfMassAbsolute) != 0);
}

/** Moments of what is farther than `least` from the level, on both sides of it or only above. */
function sumAbove<T>(level: f64, least: f64, absolute: bool): void {
  const size = <usize>Bead.size;
  const levels = f64x2.splat(level);
  const leasts = f64x2.splat(least);
  const sign = absolute ? i64x2.splat(i64.MAX_VALUE) : i64x2.splat(-1);
  let mass: f64 = 0;
  let yMoment: f64 = 0;
  let moments = f64x2.splat(0);
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    let masses = f64x2.splat(0);
    let otherMasses = masses;
    let columns = f64x2(0, 1);
    // The last four columns begin earlier, where columns done before weigh nothing.
    for (let block: usize = 0; block < size; block += 4) {
      const column = min(block, size - 4);
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
      low = f64x2.pmax(f64x2.sub(v128.and(f64x2.sub(low, levels), sign), leasts), f64x2.splat(0));
      high = f64x2.pmax(f64x2.sub(v128.and(f64x2.sub(high, levels), sign), leasts), f64x2.splat(0));
      if (column < block) {
        const done = block - column;
        columns = f64x2(<f64>column, <f64>(column + 1));
        low = v128.and(low, i64x2(done > 0 ? 0 : -1, done > 1 ? 0 : -1));
        high = v128.and(high, i64x2(done > 2 ? 0 : -1, -1));
      }
      masses = f64x2.add(masses, low);
      otherMasses = f64x2.add(otherMasses, high);
      moments = f64x2.add(moments, f64x2.mul(low, columns));
      moments = f64x2.add(moments, f64x2.mul(high, f64x2.add(columns, f64x2.splat(2))));
      columns = f64x2.add(columns, f64x2.splat(4));
    }
    masses = f64x2.add(masses, otherMasses);
    const rowMass = f64x2.extract_lane(masses, 0) + f64x2.extract_lane(masses, 1);
    mass += rowMass;
    yMoment += rowMass * <f64>row;
  }
  Moments.mass = mass;
  Moments.x = f64x2.extract_lane(moments, 0) + f64x2.extract_lane(moments, 1);
  Moments.y = yMoment;
}
