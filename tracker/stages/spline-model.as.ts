// The model of a Z-LUT at one height, as cubics of the radius between its knots. As in spline-model.ts.
import { Bead, take } from './bead.as';
import {
  modelCoefficients,
  modelKnots,
  modelStartZNm,
  modelStepZNm,
  modelStride,
  modelZKnots,
  zLutModel,
} from './constants.as';

/** Bytes from the cubic of one interval to the next: four coefficients of counts, then four of their slope along z. */
export const INTERVAL_BYTES: usize = 32;

export class Curve {
  /** Address of the words `model...` of the Z-LUT. */
  static model: usize = 0;
  static lowestZNm: f64 = 0;
  static highestZNm: f64 = 0;
  /** Address of [interval] cubics, f32, of `gain` times counts above the mean light, by knots and z knots. */
  static intervals: usize = 0;
  /** [knot] f32, of the B-splines that they come from. */
  static counts: usize = 0;
  static countsByZ: usize = 0;
}

/** The model of the bead's Z-LUT, ready to be taken at heights; false without one. */
export function readyCurve(): bool {
  if (Bead.zLut == 0) return false;
  Curve.model = <usize>load<u32>(Bead.zLut + zLutModel);
  if (Curve.model == 0) return false;
  const zKnots = <f64>load<i32>(Curve.model + modelZKnots);
  Curve.lowestZNm = load<f64>(Curve.model + modelStartZNm);
  Curve.highestZNm = Curve.lowestZNm + (zKnots - 3) * load<f64>(Curve.model + modelStepZNm);
  const stride = <usize>load<u32>(Curve.model + modelStride);
  Curve.counts = take((stride + 4) << 2);
  Curve.countsByZ = take((stride + 4) << 2);
  Curve.intervals = take(stride * INTERVAL_BYTES);
  return true;
}

/** Takes the model at a height, times `gain`. */
export function curveAt(zNm: f64, gain: f64): void {
  const model = Curve.model;
  const zKnots = load<i32>(model + modelZKnots);
  const place = (zNm - load<f64>(model + modelStartZNm)) / load<f64>(model + modelStepZNm);
  const u = min(max(place, 0), <f64>(zKnots - 3));
  const knot = min(<i32>floor(u), zKnots - 4);
  const t = u - <f64>knot;
  const s = 1 - t;
  const w0 = f32x4.splat(<f32>((gain * s * s * s) / 6));
  const w1 = f32x4.splat(<f32>((gain * (3 * t * t * t - 6 * t * t + 4)) / 6));
  const w2 = f32x4.splat(<f32>((gain * (3 * s * s * s - 6 * s * s + 4)) / 6));
  const w3 = f32x4.splat(<f32>((gain * t * t * t) / 6));
  const s0 = f32x4.splat(<f32>((gain * -s * s) / 2));
  const s1 = f32x4.splat(<f32>((gain * (3 * t * t - 4 * t)) / 2));
  const s2 = f32x4.splat(<f32>((gain * (4 * s - 3 * s * s)) / 2));
  const s3 = f32x4.splat(<f32>((gain * t * t) / 2));
  const bytes = <usize>load<u32>(model + modelStride) << 2;
  const first = <usize>load<u32>(model + modelCoefficients) + <usize>knot * bytes;
  for (let at: usize = 0; at < bytes; at += 16) {
    const c0 = v128.load(first + at);
    const c1 = v128.load(first + bytes + at);
    const c2 = v128.load(first + 2 * bytes + at);
    const c3 = v128.load(first + 3 * bytes + at);
    v128.store(Curve.counts + at, combined(c0, c1, c2, c3, w0, w1, w2, w3));
    v128.store(Curve.countsByZ + at, combined(c0, c1, c2, c3, s0, s1, s2, s3));
  }
  const intervals = load<i32>(model + modelKnots) - 2;
  for (let interval = 0; interval < intervals; interval += 4) {
    const at = <usize>interval << 2;
    const to = Curve.intervals + <usize>interval * INTERVAL_BYTES;
    storeCubics(Curve.counts + at, to);
    storeCubics(Curve.countsByZ + at, to + 16);
  }
}

@inline
function combined(
  c0: v128,
  c1: v128,
  c2: v128,
  c3: v128,
  w0: v128,
  w1: v128,
  w2: v128,
  w3: v128,
): v128 {
  const lower = f32x4.add(f32x4.mul(c0, w0), f32x4.mul(c1, w1));
  return f32x4.add(lower, f32x4.add(f32x4.mul(c2, w2), f32x4.mul(c3, w3)));
}

/** Cubics of four intervals by the B-splines that begin at an address. */
@inline
function storeCubics(from: usize, to: usize): void {
  const c0 = v128.load(from);
  const c1 = v128.load(from, 4);
  const c2 = v128.load(from, 8);
  const c3 = v128.load(from, 12);
  const half = f32x4.splat(0.5);
  const sixth = f32x4.splat(<f32>(1.0 / 6.0));
  const middle = f32x4.mul(f32x4.sub(f32x4.add(c0, c2), f32x4.add(c1, c1)), half);
  const a0 = f32x4.add(c1, f32x4.mul(middle, f32x4.splat(<f32>(1.0 / 3.0))));
  const a1 = f32x4.mul(f32x4.sub(c2, c0), half);
  const outer = f32x4.mul(f32x4.sub(c3, c0), sixth);
  const a3 = f32x4.add(outer, f32x4.mul(f32x4.sub(c1, c2), half));
  const lower01 = v128.shuffle<f32>(a0, a1, 0, 4, 1, 5);
  const upper01 = v128.shuffle<f32>(a0, a1, 2, 6, 3, 7);
  const lower23 = v128.shuffle<f32>(middle, a3, 0, 4, 1, 5);
  const upper23 = v128.shuffle<f32>(middle, a3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(lower01, lower23, 0, 2));
  v128.store(to, v128.shuffle<i64>(lower01, lower23, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(upper01, upper23, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(upper01, upper23, 1, 3), 96);
}
