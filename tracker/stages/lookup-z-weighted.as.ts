// lookup-z with match `weighted-least-squares`: correlations of which each radius counts by its light. Defined in
// lookup-z.ts.
import { Bead, take } from './bead.as';
import {
  lookupZDarkestShare,
  lookupZNLocal,
  skippedRadii,
  zLutPlanes,
  zLutRadii,
  zLutStride,
  zLutUnits,
} from './constants.as';
import { firstLargest } from './pearson.as';
import { addLanes } from './polar-pairs.as';

/** Rounding alone leaves a profile without contrast with some power. */
const LEAST_POWER: f64 = 1e-24;
/** Less of a plane's power than this share is beyond f32. */
const LEAST_SHARE: f32 = 1e-3;

/** The profile: [radius] weights that add up to 1, and deviations from its mean in units of their length. */
class Weighted {
  static width: i32 = 0;
  /** f64. */
  static weights: usize = 0;
  static deviations: usize = 0;
  /** f32, 0 behind the last: weights, and their products with the deviations. */
  static weights32: usize = 0;
  static products32: usize = 0;
}

/**
 * Writes [plane] f64 correlations with weights; NaN for planes, or a profile, without contrast.
 *
 * All are found in f32, which is off by 1e-6; those that decide z, the best and its neighbors, again in f64.
 * @param matches address of them
 */
export function correlateWeighted(matches: usize, params: usize): void {
  const planes = load<i32>(Bead.zLut + zLutPlanes);
  if (!weighProfile(load<f64>(params + lookupZDarkestShare))) {
    for (let plane: usize = 0; plane < <usize>planes; plane++) store<f64>(matches + (plane << 3), NaN);
    return;
  }
  const units = <usize>load<u32>(Bead.zLut + zLutUnits);
  const bytes = <usize>load<u32>(Bead.zLut + zLutStride) << 2;
  for (let plane: usize = 0; plane < <usize>planes; plane++) {
    store<f64>(matches + (plane << 3), roughMatch(units + plane * bytes, bytes));
  }
  const exact = take(planes);
  memory.fill(exact, 0, planes);
  const h = (<i32>load<f64>(params + lookupZNLocal) + 1) >> 1;
  // Exact numbers may show that another plane is the best.
  for (let best = firstLargest(matches, planes); best >= 0; ) {
    let isNew = false;
    const last = min(best + h, planes - 1);
    for (let plane = max(best - h, 0); plane <= last; plane++) {
      if (load<u8>(exact + plane) != 0) continue;
      store<u8>(exact + plane, 1);
      store<f64>(matches + (<usize>plane << 3), exactMatch(units + <usize>plane * bytes));
      isNew = true;
    }
    if (!isNew) break;
    best = firstLargest(matches, planes);
  }
}

/** Fills `Weighted`; false when the profile has no contrast. */
function weighProfile(darkestShare: f64): bool {
  const width = load<i32>(Bead.zLut + zLutRadii) - skippedRadii;
  const bytes = <usize>load<u32>(Bead.zLut + zLutStride) << 2;
  const profile = Bead.profile + (<usize>skippedRadii << 3);
  Weighted.width = width;
  Weighted.weights = take(<usize>width << 3);
  Weighted.deviations = take(<usize>width << 3);
  Weighted.weights32 = take(bytes);
  Weighted.products32 = take(bytes);
  memory.fill(Weighted.weights32, 0, bytes);
  memory.fill(Weighted.products32, 0, bytes);

  let sum: f64 = 0;
  let finite = 0;
  for (let radius: usize = 0; radius < <usize>width; radius++) {
    const counts = load<f64>(profile + (radius << 3));
    if (counts != counts) continue;
    sum += counts;
    finite++;
  }
  const darkest = darkestShare * (sum / <f64>finite);
  let total: f64 = 0;
  let mean: f64 = 0;
  for (let radius: usize = 0; radius < <usize>width; radius++) {
    const counts = load<f64>(profile + (radius << 3));
    let weight: f64 = 0;
    if (counts == counts) {
      weight = <f64>(<i32>radius + skippedRadii) / (darkest > 0 ? max(counts, darkest) : 1);
      mean += weight * counts;
    }
    store<f64>(Weighted.weights + (radius << 3), weight);
    total += weight;
  }
  mean /= total;
  let power: f64 = 0;
  for (let radius: usize = 0; radius < <usize>width; radius++) {
    const at = radius << 3;
    const weight = load<f64>(Weighted.weights + at) / total;
    const deviation = weight > 0 ? load<f64>(profile + at) - mean : 0;
    store<f64>(Weighted.weights + at, weight);
    store<f64>(Weighted.deviations + at, deviation);
    power += weight * deviation * deviation;
  }
  if (!(power > LEAST_POWER * mean * mean)) return false;
  const scale = 1 / sqrt(power);
  for (let radius: usize = 0; radius < <usize>width; radius++) {
    const at = radius << 3;
    const weight = load<f64>(Weighted.weights + at);
    const deviation = scale * load<f64>(Weighted.deviations + at);
    store<f64>(Weighted.deviations + at, deviation);
    store<f32>(Weighted.weights32 + (radius << 2), <f32>weight);
    store<f32>(Weighted.products32 + (radius << 2), <f32>(weight * deviation));
  }
  return true;
}

/** Correlation of the profile with the plane of these units, to 1e-6. */
function roughMatch(units: usize, bytes: usize): f64 {
  const weights = Weighted.weights32;
  const products = Weighted.products32;
  let sums = f32x4.splat(0);
  let squares = f32x4.splat(0);
  let common = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = v128.load(units + at);
    const weighted = f32x4.mul(values, v128.load(weights + at));
    sums = f32x4.add(sums, weighted);
    squares = f32x4.add(squares, f32x4.mul(weighted, values));
    common = f32x4.add(common, f32x4.mul(values, v128.load(products + at)));
  }
  const mean = addLanes(sums);
  const square = addLanes(squares);
  const power = square - mean * mean;
  if (!(power > LEAST_SHARE * square)) return exactMatch(units);
  return <f64>(addLanes(common) / sqrt<f32>(power));
}

function exactMatch(units: usize): f64 {
  let sum: f64 = 0;
  let square: f64 = 0;
  let common: f64 = 0;
  for (let radius: usize = 0; radius < <usize>Weighted.width; radius++) {
    const value = <f64>load<f32>(units + (radius << 2));
    const weighted = value * load<f64>(Weighted.weights + (radius << 3));
    sum += weighted;
    square += weighted * value;
    common += weighted * load<f64>(Weighted.deviations + (radius << 3));
  }
  return common / sqrt(square - sum * sum);
}
