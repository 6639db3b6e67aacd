// Compares an image with its model, four pixels of a row at a time. As in likelihood-sums.ts.
import { Bead } from './bead.as';
import {
  maximumLikelihoodDarkestShare,
  maximumLikelihoodSaturationMargin,
  modelKnotPx,
  modelKnots,
  modelLevelCounts,
  modelReachPx,
} from './constants.as';
import { addTilts, finishSums } from './likelihood-equations.as';
import { addRow, clearSums, Row } from './likelihood-sums.as';
import { fitGain, fitOffset, fitTiltX, fitTiltY, fitX, fitY } from './model-fit.as';
import { Curve } from './spline-model.as';

/** f32 whose last bit is 1: the digits of a whole number below it, added, are its last bits. */
const WHOLE: f32 = 8388608;
const WHOLE_BITS: u32 = 0x4b000000;

/** The image, and how its counts spread. */
export class Image {
  static pixels: usize = 0;
  static cameraGain: f64 = 0;
  static floorVariance: f64 = 0;
  static tilts: bool = false;
  /** Standard deviations from which on a pixel counts for nothing; infinite when all count. */
  static outlierSigmas: f64 = Infinity;
}

/** Adds up what a step from a fit needs; the curve must be that of the height and the gain. */
export function addLikelihood(params: usize, fit: usize): void {
  const xPx = load<f64>(fit + fitX);
  const yPx = load<f64>(fit + fitY);
  const gain = load<f64>(fit + fitGain);
  const offset = load<f64>(fit + fitOffset);
  const tiltX = load<f64>(fit + fitTiltX);
  const tiltY = load<f64>(fit + fitTiltY);
  const model = Curve.model;
  const size = Bead.size;
  const perPx = 1 / load<f64>(model + modelKnotPx);
  const level = load<f64>(model + modelLevelCounts);
  const reachPx = load<f64>(model + modelReachPx);
  const mean = gain * level + offset;
  const leastVariance =
    Image.cameraGain * load<f64>(params + maximumLikelihoodDarkestShare) * level * Math.abs(gain);
  const margin = load<f64>(params + maximumLikelihoodSaturationMargin);
  const middle = 0.5 * <f64>(size - 1);

  const means = f32x4.splat(<f32>mean);
  const cameraGains = f32x4.splat(<f32>Image.cameraGain);
  const floors = f32x4.splat(<f32>(Image.cameraGain * mean + Image.floorVariance));
  const leasts = f32x4.splat(<f32>leastVariance);
  const saturations = f32x4.splat(<f32>Bead.saturation);
  const headroom = f32x4.splat(<f32>(Bead.saturation - mean));
  const margins = f32x4.splat(<f32>(margin * margin));
  const reach = f32x4.splat(<f32>(reachPx * perPx));
  const farthest = f32x4.splat(<f32>(load<i32>(model + modelKnots) - 3));
  const robust = Image.outlierSigmas < Infinity;
  const perOutlier = f32x4.splat(<f32>(1 / (Image.outlierSigmas * Image.outlierSigmas)));
  const wholes = f32x4.splat(WHOLE);
  const ones = f32x4.splat(1);
  const least = f32x4.splat(1e-9);
  const zeros = f32x4.splat(0);
  const tilts = Image.tilts;
  const tiltStep = <f32>(1 / middle);
  const knots = f32x4.splat(<f32>(4 * perPx));
  const fourColumns = f32x4(0, <f32>perPx, <f32>(2 * perPx), <f32>(3 * perPx));
  // Apart, so that columns are rounded each by itself and not all alike.
  const wholeX = nearest(xPx);
  const fractionX = f32x4.splat(<f32>((xPx - wholeX) * perPx));
  const firstInterval = <u32>Curve.intervals - (WHOLE_BITS << 5);

  clearSums();
  for (let row = 0; row < size; row++) {
    const dy = <f64>row - yPx;
    if (!(Math.abs(dy) <= reachPx)) continue;
    const half = sqrt(reachPx * reachPx - dy * dy) + 1;
    const start = max(0, <i32>floor(xPx - half)) & ~3;
    const end = min(size, <i32>ceil(xPx + half) + 1);
    if (start >= end) continue;
    const pixels = Image.pixels + (<usize>(row * size) << 2);
    const byY = f32x4.splat(<f32>(dy * perPx));
    const squaredY = f32x4.mul(byY, byY);
    const tiltOfRow = (<f64>row - middle) / middle;
    const risen = f32x4.splat(<f32>(tiltY * tiltOfRow));
    const knot = (<f64>start - wholeX) * perPx;
    let columns = f32x4.add(f32x4.splat(<f32>knot), fourColumns);
    let used = zeros;
    for (let column = start; column < end; column += 4) {
      const at = <usize>column << 2;
      const byX = f32x4.sub(columns, fractionX);
      const u = f32x4.sqrt(f32x4.add(f32x4.mul(byX, byX), squaredY));
      const inside = f32x4.pmin(u, farthest);
      const whole = f32x4.floor(inside);
      const t = f32x4.sub(inside, whole);
      const bits = f32x4.add(whole, wholes);
      const first = <usize>((<u32>i32x4.extract_lane(bits, 0) << 5) + firstInterval);
      const second = <usize>((<u32>i32x4.extract_lane(bits, 1) << 5) + firstInterval);
      const third = <usize>((<u32>i32x4.extract_lane(bits, 2) << 5) + firstInterval);
      const fourth = <usize>((<u32>i32x4.extract_lane(bits, 3) << 5) + firstInterval);

      let one = v128.load(first);
      let two = v128.load(second);
      let three = v128.load(third);
      let four = v128.load(fourth);
      let upper = v128.shuffle<f32>(one, two, 0, 4, 1, 5);
      let lower = v128.shuffle<f32>(three, four, 0, 4, 1, 5);
      const c0 = v128.shuffle<i64>(upper, lower, 0, 2);
      const c1 = v128.shuffle<i64>(upper, lower, 1, 3);
      upper = v128.shuffle<f32>(one, two, 2, 6, 3, 7);
      lower = v128.shuffle<f32>(three, four, 2, 6, 3, 7);
      const c2 = v128.shuffle<i64>(upper, lower, 0, 2);
      const cubic = f32x4.mul(v128.shuffle<i64>(upper, lower, 1, 3), t);
      const s2 = f32x4.add(cubic, c2);
      const s1 = f32x4.add(f32x4.mul(s2, t), c1);
      const light = f32x4.add(f32x4.mul(s1, t), c0);
      const byR = f32x4.add(s1, f32x4.mul(t, f32x4.add(s2, cubic)));

      one = v128.load(first, 16);
      two = v128.load(second, 16);
      three = v128.load(third, 16);
      four = v128.load(fourth, 16);
      upper = v128.shuffle<f32>(one, two, 0, 4, 1, 5);
      lower = v128.shuffle<f32>(three, four, 0, 4, 1, 5);
      const d0 = v128.shuffle<i64>(upper, lower, 0, 2);
      const d1 = v128.shuffle<i64>(upper, lower, 1, 3);
      upper = v128.shuffle<f32>(one, two, 2, 6, 3, 7);
      lower = v128.shuffle<f32>(three, four, 2, 6, 3, 7);
      const d2 = v128.shuffle<i64>(upper, lower, 0, 2);
      let byZ = f32x4.add(f32x4.mul(v128.shuffle<i64>(upper, lower, 1, 3), t), d2);
      byZ = f32x4.add(f32x4.mul(byZ, t), d1);
      byZ = f32x4.add(f32x4.mul(byZ, t), d0);

      let expected = light;
      if (tilts) {
        const first = (<f64>column - middle) / middle;
        let tilt = f32x4.splat(<f32>first);
        tilt = f32x4.add(tilt, f32x4(0, tiltStep, tiltStep + tiltStep, tiltStep + tiltStep + tiltStep));
        v128.store(Row.tilt + at, tilt);
        expected = f32x4.add(f32x4.add(expected, risen), f32x4.mul(tilt, f32x4.splat(<f32>tiltX)));
      }
      const measured = v128.load(pixels + at);
      let variance = f32x4.add(f32x4.mul(cameraGains, expected), floors);
      variance = f32x4.pmax(variance, leasts);
      const room = f32x4.sub(headroom, expected);
      // Where the largest count is less than the margin of standard deviations above what is expected.
      const unclipped = v128.and(
        f32x4.ge(room, zeros),
        f32x4.ge(f32x4.mul(room, room), f32x4.mul(margins, variance)),
      );
      let counted = v128.and(f32x4.le(u, reach), f32x4.lt(measured, saturations));
      counted = v128.and(counted, unclipped);
      if (column + 4 > size) counted = v128.and(counted, lanesBelow(size - column));
      // Pixels that do not count may be NaN.
      const residuals = v128.and(counted, f32x4.sub(f32x4.sub(measured, means), expected));
      let shares = v128.and(counted, ones);
      if (robust) {
        const squares = f32x4.div(f32x4.mul(residuals, residuals), variance);
        const share = f32x4.pmax(f32x4.sub(ones, f32x4.mul(squares, perOutlier)), zeros);
        shares = f32x4.mul(shares, f32x4.mul(share, share));
      }
      used = f32x4.add(used, shares);
      const slope = f32x4.div(byR, f32x4.pmax(u, least));
      v128.store(Row.weights + at, f32x4.div(shares, variance));
      v128.store(Row.x + at, f32x4.mul(slope, byX));
      v128.store(Row.y + at, f32x4.mul(slope, byY));
      v128.store(Row.z + at, byZ);
      v128.store(Row.light + at, light);
      v128.store(Row.residuals + at, residuals);
      columns = f32x4.add(columns, knots);
    }
    addRow(<usize>start << 2, <usize>end << 2, used);
    if (tilts) addTilts(<usize>start << 2, <usize>end << 2, <f32>tiltOfRow);
  }
  finishSums(tiltX, tiltY);
}

/** All bits of the first lanes, none of the others. */
function lanesBelow(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}
