// radial-profile with bins `nearest`: a pixel counts in the ring its distance rounds to. Defined in radial-profile.ts.
import { Bead, take } from './bead.as';
import { radialProfileOversample } from './constants.as';
import { rowEnds } from './radial-reach.as';

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
  const bins = take(<usize>(radii + 1) << binBits);
  memory.fill(bins, 0, <usize>(radii + 1) << binBits);
  const ends = rowEnds(<f64>radii / oversample);
  const rings = take(<usize>(size + 3) << 2);
  for (let row = 0; row < size; row++) {
    const end = load<i32>(ends + (<usize>row << 3), 4);
    let column = load<i32>(ends + (<usize>row << 3));
    if (column >= end) continue;
    // Fours that would leave the row begin earlier: pixels beyond the rings do no harm.
    const after = column + ((end - column + 3) & ~3);
    if (after > size) column = max(0, column - (after - size));
    findRings(rings, column, end, row, oversample);
    let at = Bead.pixels + <usize>row * Bead.rowBytes + <usize>column * sizeof<T>();
    let ring = rings;
    for (; column + 4 <= end; column += 4) {
      count<T>(bins + <usize>load<u32>(ring), at);
      count<T>(bins + <usize>load<u32>(ring, 4) + (sizeof<T>() == 4 ? 16 : 8), at + sizeof<T>());
      count<T>(bins + <usize>load<u32>(ring, 8) + (sizeof<T>() == 4 ? 0 : 16), at + 2 * sizeof<T>());
      count<T>(bins + <usize>load<u32>(ring, 12) + (sizeof<T>() == 4 ? 16 : 24), at + 3 * sizeof<T>());
      ring += 16;
      at += 4 * sizeof<T>();
    }
    for (; column < end; column++) {
      count<T>(bins + <usize>load<u32>(ring), at);
      ring += 4;
      at += sizeof<T>();
    }
  }
  for (let ring = 0; ring < radii; ring++) {
    store<f64>(Bead.profile + (<usize>ring << 3), meanOf<T>(bins + (<usize>ring << binBits)));
  }
}

/** Writes the offsets of the bins of pixels from `first` on up to `end` and a few more. */
@inline
function findRings(rings: usize, first: i32, end: i32, row: i32, oversample: f64): void {
  const dy = <f64>row - Bead.yPx;
  const toRings = <f32>oversample;
  const beyond = i32x4.splat(Bead.radii);
  const rounder = f32x4.splat(roundsToOnes);
  const center = f32x4.splat(<f32>(Bead.xPx * oversample));
  const dySquared = f32x4.splat(<f32>(dy * dy * oversample * oversample));
  const step = f32x4.splat(4 * toRings);
  let columns = f32x4.mul(f32x4.add(f32x4.splat(<f32>first), f32x4(0, 1, 2, 3)), f32x4.splat(toRings));
  let doubts = f32x4.splat(0);
  let to = rings;
  for (let column = first; column < end; column += 4) {
    const dx = f32x4.sub(columns, center);
    const distance = f32x4.sqrt(f32x4.add(f32x4.mul(dx, dx), dySquared));
    const rounded = f32x4.add(distance, rounder);
    doubts = f32x4.pmax(doubts, f32x4.abs(f32x4.sub(distance, f32x4.sub(rounded, rounder))));
    v128.store(to, i32x4.shl(i32x4.min_u(i32x4.sub(rounded, rounder), beyond), binBits));
    columns = f32x4.add(columns, step);
    to += 16;
  }
  const doubtful = f32x4.splat(<f32>(0.5 - doubtShare * <f64>Bead.size * oversample));
  if (v128.any_true(f32x4.gt(doubts, doubtful))) findExactRings(rings, first, end, dy, oversample);
}

/** The same as float64 finds them. */
function findExactRings(rings: usize, first: i32, end: i32, dy: f64, oversample: f64): void {
  const beyond = <f64>Bead.radii;
  for (let column = first; column < end; column++) {
    const dx = <f64>column - Bead.xPx;
    const ring = min(nearest(sqrt(dx * dx + dy * dy) * oversample), beyond);
    store<u32>(rings + (<usize>(column - first) << 2), <u32>ring << <u32>binBits);
  }
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
