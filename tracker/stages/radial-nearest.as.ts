// radial-profile with bins `nearest`: a pixel counts in the ring its distance rounds to. Defined in radial-profile.ts.
import { Bead, take } from './bead.as';
import { radialProfileOversample } from './constants.as';
import { endColumn, firstColumn } from './radial-reach.as';

/** Bytes of a bin: four sums for whole counts, two pairs of sum and number for float32 ones, so that pixels side by
 * side, which are often of one ring, do not wait for one another. */
const binBits: usize = 5;

/** A pixel in the upper half of a sum's 64 bits, whose lower half holds the counts. */
const onePixel: i64 = 1 << 32;

/** At this size float32 has no fraction bits left: the lowest bits of a sum are the other number, rounded. */
const roundsToOnes: f32 = 12582912;

/** Of size x oversample: more than float32 can be off in a distance, in rings. */
const doubtShare: f64 = 5e-7;

export function sortPixels<T>(params: usize): void {
  const oversample = load<f64>(params + radialProfileOversample);
  const radii = Bead.radii;
  const size = Bead.size;
  const reachPx = <f64>radii / oversample;
  const bins = take(<usize>(radii + 1) << binBits);
  memory.fill(bins, 0, <usize>(radii + 1) << binBits);

  const beyond = i32x4.splat(radii);
  const toRings = <f32>oversample;
  const center = f32x4.splat(<f32>(Bead.xPx * oversample));
  const rounder = f32x4.splat(roundsToOnes);
  const doubtful = f32x4.splat(<f32>(0.5 - doubtShare * <f64>size * oversample));
  for (let row = 0; row < size; row++) {
    const dy = <f64>row - Bead.yPx;
    const end = endColumn(dy, reachPx);
    let column = firstColumn(dy, reachPx);
    if (column >= end) continue;
    // Fours that would leave the row begin earlier: pixels beyond the rings do no harm, those taken twice would.
    const after = column + ((end - column + 3) & ~3);
    if (after > size) column = max(0, column - (after - size));
    const pixels = Bead.pixels + <usize>row * Bead.rowBytes;
    const dySquared = f32x4.splat(<f32>(dy * dy * oversample * oversample));
    let columns = f32x4.mul(f32x4.add(f32x4.splat(<f32>column), f32x4(0, 1, 2, 3)), f32x4.splat(toRings));
    for (; column < end && column + 4 <= size; column += 4) {
      const dx = f32x4.sub(columns, center);
      columns = f32x4.add(columns, f32x4.splat(4 * toRings));
      const distance = f32x4.sqrt(f32x4.add(f32x4.mul(dx, dx), dySquared));
      const rounded = f32x4.add(distance, rounder);
      let ring = i32x4.sub(rounded, rounder);
      if (v128.any_true(f32x4.gt(f32x4.abs(f32x4.sub(distance, f32x4.sub(rounded, rounder))), doubtful))) {
        ring = exactRings(column, dy, oversample);
      }
      ring = i32x4.shl(i32x4.min_u(ring, beyond), binBits);
      const at = pixels + <usize>column * sizeof<T>();
      count<T>(bins + <usize>i32x4.extract_lane(ring, 0), at);
      count<T>(bins + <usize>i32x4.extract_lane(ring, 1) + (sizeof<T>() == 4 ? 16 : 8), at + sizeof<T>());
      count<T>(bins + <usize>i32x4.extract_lane(ring, 2) + (sizeof<T>() == 4 ? 0 : 16), at + 2 * sizeof<T>());
      count<T>(bins + <usize>i32x4.extract_lane(ring, 3) + (sizeof<T>() == 4 ? 16 : 24), at + 3 * sizeof<T>());
    }
    for (; column < end; column++) {
      const ring = min(i32x4.extract_lane(exactRings(column, dy, oversample), 0), radii);
      count<T>(bins + (<usize>ring << binBits), pixels + <usize>column * sizeof<T>());
    }
  }
  for (let ring = 0; ring < radii; ring++) {
    store<f64>(Bead.profile + (<usize>ring << 3), meanOf<T>(bins + (<usize>ring << binBits)));
  }
}

/** The rings of four pixels as float64 finds them. */
function exactRings(column: i32, dy: f64, oversample: f64): v128 {
  const low = f64x2.add(f64x2.splat(<f64>column - Bead.xPx), f64x2.splat(0));
  const dx0 = f64x2.replace_lane(low, 1, <f64>(column + 1) - Bead.xPx);
  const dx1 = f64x2(<f64>(column + 2) - Bead.xPx, <f64>(column + 3) - Bead.xPx);
  const ring0 = exactPair(dx0, dy, oversample);
  const ring1 = exactPair(dx1, dy, oversample);
  return v128.shuffle<i64>(ring0, ring1, 0, 2);
}

@inline
function exactPair(dx: v128, dy: f64, oversample: f64): v128 {
  const squared = f64x2.add(f64x2.mul(dx, dx), f64x2.splat(dy * dy));
  const distance = f64x2.mul(f64x2.sqrt(squared), f64x2.splat(oversample));
  return i32x4.trunc_sat_f64x2_u_zero(f64x2.nearest(distance));
}

/** Counts the pixel at an address in the sums at another. */
@inline
function count<T>(sums: usize, pixel: usize): void {
  if (sizeof<T>() == 4) {
    const once = f64x2.replace_lane(f64x2.splat(1), 0, <f64>load<f32>(pixel));
    v128.store(sums, f64x2.add(v128.load(sums), once));
  } else {
    store<i64>(sums, load<i64>(sums) + (<i64>load<T>(pixel) + onePixel));
  }
}

/** 0 / 0 marks a bin without a pixel as NaN. */
@inline
function meanOf<T>(bin: usize): f64 {
  if (sizeof<T>() == 4) {
    const sums = f64x2.add(v128.load(bin), v128.load(bin, 16));
    return f64x2.extract_lane(sums, 0) / f64x2.extract_lane(sums, 1);
  }
  const sum = load<i64>(bin) + load<i64>(bin, 8) + load<i64>(bin, 16) + load<i64>(bin, 24);
  return <f64>(sum & 0xffffffff) / <f64>(sum >>> 32);
}
