// Sums over the pixels that make one step of a fit. As in likelihood-sums.ts; likelihood-pixels.as.ts fills the rows.
//
// Each row of the ROI is first compared with the model, four pixels at a time, and then added up: all sums at once
// would not fit into the registers of a processor. They are f32 within a row and f64 between rows.
import { take } from './bead.as';

/** f32 numbers of the pixels of a row, each at its own address: weight, slopes, light, residual and tilt. */
export class Row {
  static weights: usize = 0;
  /** Slopes of the image towards smaller x and y by knots, and along z by z knots. */
  static x: usize = 0;
  static y: usize = 0;
  static z: usize = 0;
  /** Light of the rings above their mean. */
  static light: usize = 0;
  static residuals: usize = 0;
  static tilt: usize = 0;
}

/** Places of the sums: products of the slopes by their rows and columns, then those with the residuals. */
export const enum Sum {
  xx,
  xy,
  yy,
  xz,
  yz,
  zz,
  xp,
  yp,
  zp,
  pp,
  x,
  y,
  z,
  p,
  one,
  tx,
  ty,
  tz,
  tp,
  t,
  tt,
  ux,
  uy,
  uz,
  up,
  u,
  ut,
  uu,
  xr,
  yr,
  zr,
  pr,
  r,
  tr,
  ur,
  rr,
  used,
  count,
}

/** Address of two f64 each, which together are the sum. */
let sums: usize = 0;

export function readySums(size: usize): void {
  sums = take((<usize>Sum.count) << 4);
  const bytes = (size + 4) << 2;
  Row.weights = take(bytes);
  Row.x = take(bytes);
  Row.y = take(bytes);
  Row.z = take(bytes);
  Row.light = take(bytes);
  Row.residuals = take(bytes);
  Row.tilt = take(bytes);
}

export function clearSums(): void {
  memory.fill(sums, 0, (<usize>Sum.count) << 4);
}

/** Adds four f32 to a sum. */
@inline
export function add(sum: usize, four: v128): void {
  const at = sums + (sum << 4);
  const low = f64x2.promote_low_f32x4(four);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1));
  v128.store(at, f64x2.add(v128.load(at), f64x2.add(low, high)));
}

@inline
export function sum(index: usize): f64 {
  const at = sums + (index << 4);
  return load<f64>(at) + load<f64>(at, 8);
}

/** Adds up what lies in the row from one byte up to another, and how many pixels count in it. */
export function addRow(from: usize, end: usize, used: v128): void {
  add(Sum.used, used);
  addSlopes(from, end);
  addLight(from, end);
}

function addSlopes(from: usize, end: usize): void {
  let xx = f32x4.splat(0);
  let xy = xx;
  let xz = xx;
  let xp = xx;
  let x = xx;
  let xr = xx;
  let yy = xx;
  let yz = xx;
  let yp = xx;
  let y = xx;
  let yr = xx;
  for (let at = from; at < end; at += 16) {
    const weights = v128.load(Row.weights + at);
    const byX = v128.load(Row.x + at);
    const byY = v128.load(Row.y + at);
    const byZ = v128.load(Row.z + at);
    const light = v128.load(Row.light + at);
    const residuals = v128.load(Row.residuals + at);
    const weightedX = f32x4.mul(weights, byX);
    const weightedY = f32x4.mul(weights, byY);
    x = f32x4.add(x, weightedX);
    y = f32x4.add(y, weightedY);
    xx = f32x4.add(xx, f32x4.mul(weightedX, byX));
    xy = f32x4.add(xy, f32x4.mul(weightedX, byY));
    yy = f32x4.add(yy, f32x4.mul(weightedY, byY));
    xz = f32x4.add(xz, f32x4.mul(weightedX, byZ));
    yz = f32x4.add(yz, f32x4.mul(weightedY, byZ));
    xp = f32x4.add(xp, f32x4.mul(weightedX, light));
    yp = f32x4.add(yp, f32x4.mul(weightedY, light));
    xr = f32x4.add(xr, f32x4.mul(weightedX, residuals));
    yr = f32x4.add(yr, f32x4.mul(weightedY, residuals));
  }
  add(Sum.xx, xx);
  add(Sum.xy, xy);
  add(Sum.xz, xz);
  add(Sum.xp, xp);
  add(Sum.x, x);
  add(Sum.xr, xr);
  add(Sum.yy, yy);
  add(Sum.yz, yz);
  add(Sum.yp, yp);
  add(Sum.y, y);
  add(Sum.yr, yr);
}

function addLight(from: usize, end: usize): void {
  let zz = f32x4.splat(0);
  let zp = zz;
  let z = zz;
  let zr = zz;
  let pp = zz;
  let p = zz;
  let pr = zz;
  let one = zz;
  let r = zz;
  let rr = zz;
  for (let at = from; at < end; at += 16) {
    const weights = v128.load(Row.weights + at);
    const byZ = v128.load(Row.z + at);
    const light = v128.load(Row.light + at);
    const residuals = v128.load(Row.residuals + at);
    const weightedZ = f32x4.mul(weights, byZ);
    const weightedLight = f32x4.mul(weights, light);
    const weightedResiduals = f32x4.mul(weights, residuals);
    one = f32x4.add(one, weights);
    z = f32x4.add(z, weightedZ);
    p = f32x4.add(p, weightedLight);
    r = f32x4.add(r, weightedResiduals);
    zz = f32x4.add(zz, f32x4.mul(weightedZ, byZ));
    zp = f32x4.add(zp, f32x4.mul(weightedZ, light));
    zr = f32x4.add(zr, f32x4.mul(weightedZ, residuals));
    pp = f32x4.add(pp, f32x4.mul(weightedLight, light));
    pr = f32x4.add(pr, f32x4.mul(weightedLight, residuals));
    rr = f32x4.add(rr, f32x4.mul(weightedResiduals, residuals));
  }
  add(Sum.zz, zz);
  add(Sum.zp, zp);
  add(Sum.z, z);
  add(Sum.zr, zr);
  add(Sum.pp, pp);
  add(Sum.p, p);
  add(Sum.pr, pr);
  add(Sum.one, one);
  add(Sum.r, r);
  add(Sum.rr, rr);
}
