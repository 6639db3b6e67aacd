// Pearson's correlation of a profile with every plane of a Z-LUT. Defined in pearson.ts.
import { Bead, take } from './bead.as';
import { skippedRadii, zLutPlanes, zLutRadii, zLutStride, zLutUnits } from './constants.as';

const noiseMargin: f64 = 4;

/**
 * Writes [plane] f64 correlations; NaN for planes, or a profile, without contrast.
 *
 * In float32, r near 1 has lost the digits that tell planes apart. 1 - r is half the squared distance of the two unit
 * vectors, which keeps them. Those that decide z, the best and its neighbors, are found again in float64: sums over
 * a thousand radii are off by more than z may be.
 * @param matches address of them, with room for three more
 * @param h neighbors on each side
 */
export function correlate(matches: usize, h: i32): void {
  const planes = load<i32>(Bead.zLut + zLutPlanes);
  const bytes = <usize>load<u32>(Bead.zLut + zLutStride) << 2;
  const units = <usize>load<u32>(Bead.zLut + zLutUnits);
  const unit = take(bytes << 1);
  const unit32 = take(bytes);
  memory.fill(unit, 0, bytes << 1);
  memory.fill(unit32, 0, bytes);
  writeUnit(unit, unit32, load<i32>(Bead.zLut + zLutRadii) - skippedRadii);
  correlateRoughly(matches, unit32, units, bytes, planes);

  const exact = take(planes);
  memory.fill(exact, 0, planes);
  // Exact numbers may show that another plane is the best.
  for (let best = firstLargest(matches, planes); best >= 0; ) {
    let isNew = false;
    const last = min(best + h, planes - 1);
    for (let plane = max(best - h, 0); plane <= last; plane++) {
      if (load<u8>(exact + plane) != 0) continue;
      store<u8>(exact + plane, 1);
      store<f64>(matches + (<usize>plane << 3), exactMatch(unit, units + <usize>plane * bytes, bytes));
      isNew = true;
    }
    if (!isNew) break;
    best = firstLargest(matches, planes);
  }
}

/** Index of the first largest match; -1 when all are NaN. */
export function firstLargest(matches: usize, planes: i32): i32 {
  let best = -1;
  let largest: f64 = -Infinity;
  for (let plane = 0; plane < planes; plane++) {
    const match = load<f64>(matches + (<usize>plane << 3));
    if (match > largest) {
      largest = match;
      best = plane;
    }
  }
  return best;
}

function exactMatch(unit: usize, plane: usize, bytes: usize): f64 {
  let low = f64x2.splat(0);
  let high = low;
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = v128.load(plane + at);
    const apart0 = f64x2.sub(v128.load(unit + (at << 1)), f64x2.promote_low_f32x4(values));
    const upper = f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1));
    const apart1 = f64x2.sub(v128.load(unit + (at << 1) + 16), upper);
    low = f64x2.add(low, f64x2.mul(apart0, apart0));
    high = f64x2.add(high, f64x2.mul(apart1, apart1));
  }
  const sums = f64x2.add(low, high);
  return 1 - 0.5 * (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
}

function correlateRoughly(matches: usize, unit: usize, units: usize, bytes: usize, planes: i32): void {
  // Four planes share the profile, and no sum waits for the one before it; the last plane fills up the last four.
  for (let plane = 0; plane < planes; plane += 4) {
    const at0 = units + <usize>plane * bytes;
    const at1 = units + <usize>min(plane + 1, planes - 1) * bytes;
    const at2 = units + <usize>min(plane + 2, planes - 1) * bytes;
    const at3 = units + <usize>min(plane + 3, planes - 1) * bytes;
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let radius: usize = 0; radius < bytes; radius += 16) {
      const values = v128.load(unit + radius);
      const apart0 = f32x4.sub(values, v128.load(at0 + radius));
      const apart1 = f32x4.sub(values, v128.load(at1 + radius));
      const apart2 = f32x4.sub(values, v128.load(at2 + radius));
      const apart3 = f32x4.sub(values, v128.load(at3 + radius));
      sum0 = f32x4.add(sum0, f32x4.mul(apart0, apart0));
      sum1 = f32x4.add(sum1, f32x4.mul(apart1, apart1));
      sum2 = f32x4.add(sum2, f32x4.mul(apart2, apart2));
      sum3 = f32x4.add(sum3, f32x4.mul(apart3, apart3));
    }
    const to = matches + (<usize>plane << 3);
    v128.store(to, alike(sum0, sum1));
    v128.store(to + 16, alike(sum2, sum3));
  }
}

/** Correlations of two planes from the parts of their squared distances. */
@inline
function alike(sum0: v128, sum1: v128): v128 {
  const pairs = f32x4.add(v128.shuffle<i32>(sum0, sum1, 0, 1, 4, 5), v128.shuffle<i32>(sum0, sum1, 2, 3, 6, 7));
  const squared = f32x4.add(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2));
  const distances = f64x2.promote_low_f32x4(v128.shuffle<i32>(squared, squared, 0, 2, 0, 2));
  return f64x2.sub(f64x2.splat(1), f64x2.mul(distances, f64x2.splat(0.5)));
}

/** The profile behind its skipped radii, less its mean and scaled to length 1, as f64 and f32; NaN becomes 0. */
function writeUnit(unit: usize, unit32: usize, width: i32): void {
  const values = Bead.profile + (<usize>skippedRadii << 3);
  let sum: f64 = 0;
  let finite = 0;
  let largest: f64 = 0;
  for (let index = 0; index < width; index++) {
    const value = load<f64>(values + (<usize>index << 3));
    if (value != value) continue;
    sum += value;
    finite++;
    largest = max(largest, abs(value));
  }
  const mean = sum / <f64>finite;
  let squares: f64 = 0;
  for (let index = 0; index < width; index++) {
    const value = load<f64>(values + (<usize>index << 3));
    const deviation = value != value ? 0 : value - mean;
    squares += deviation * deviation;
  }
  const norm = sqrt(squares);
  const hasContrast = norm > noiseMargin * f64.EPSILON * largest * sqrt(<f64>finite);
  const scale = hasContrast ? 1 / norm : NaN;
  for (let index = 0; index < width; index++) {
    const value = load<f64>(values + (<usize>index << 3));
    const deviation = value != value ? 0 : value - mean;
    store<f64>(unit + (<usize>index << 3), deviation * scale);
    store<f32>(unit32 + (<usize>index << 2), <f32>(deviation * scale));
  }
}
