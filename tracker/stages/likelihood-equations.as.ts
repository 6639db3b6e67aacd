// The sums of the tilts of the light, and what all sums make: the equations of a step. As in likelihood-sums.ts, but
// of unknowns that keep digits in f32: steps of knots, of the light of the rings, and of the mean light.
import { add, Row, Sum, sum } from './likelihood-sums.as';
import { cell, Normal, place } from './solve-normal.as';

export class Likelihood {
  static chiSquares: f64 = 0;
  static pixels: f64 = 0;
  /** Squared residuals from the mean in place of the model. */
  static contrast: f64 = 0;
}

/** Adds up the tilts of a row, as `addRow` does the rest; that along y is the same for all of it. */
export function addTilts(from: usize, end: usize, tiltY: f32): void {
  let x = f32x4.splat(0);
  let y = x;
  let z = x;
  let p = x;
  let r = x;
  let one = x;
  let tx = x;
  let ty = x;
  let tz = x;
  let tp = x;
  let t = x;
  let tr = x;
  let tt = x;
  for (let at = from; at < end; at += 16) {
    const weights = v128.load(Row.weights + at);
    const byX = f32x4.mul(weights, v128.load(Row.x + at));
    const byY = f32x4.mul(weights, v128.load(Row.y + at));
    const byZ = f32x4.mul(weights, v128.load(Row.z + at));
    const light = f32x4.mul(weights, v128.load(Row.light + at));
    const residuals = f32x4.mul(weights, v128.load(Row.residuals + at));
    const tilt = v128.load(Row.tilt + at);
    const weighted = f32x4.mul(weights, tilt);
    x = f32x4.add(x, byX);
    y = f32x4.add(y, byY);
    z = f32x4.add(z, byZ);
    p = f32x4.add(p, light);
    r = f32x4.add(r, residuals);
    one = f32x4.add(one, weights);
    t = f32x4.add(t, weighted);
    tx = f32x4.add(tx, f32x4.mul(tilt, byX));
    ty = f32x4.add(ty, f32x4.mul(tilt, byY));
    tz = f32x4.add(tz, f32x4.mul(tilt, byZ));
    tp = f32x4.add(tp, f32x4.mul(tilt, light));
    tr = f32x4.add(tr, f32x4.mul(tilt, residuals));
    tt = f32x4.add(tt, f32x4.mul(tilt, weighted));
  }
  const along = f32x4.splat(tiltY);
  add(Sum.tx, tx);
  add(Sum.ty, ty);
  add(Sum.tz, tz);
  add(Sum.tp, tp);
  add(Sum.t, t);
  add(Sum.tr, tr);
  add(Sum.tt, tt);
  add(Sum.ux, f32x4.mul(along, x));
  add(Sum.uy, f32x4.mul(along, y));
  add(Sum.uz, f32x4.mul(along, z));
  add(Sum.up, f32x4.mul(along, p));
  add(Sum.u, f32x4.mul(along, one));
  add(Sum.ur, f32x4.mul(along, r));
  add(Sum.ut, f32x4.mul(along, t));
  add(Sum.uu, f32x4.mul(f32x4.mul(along, along), one));
}

/** Makes equations of the sums, given the tilts they were taken at. */
export function finishSums(tiltX: f64, tiltY: f64): void {
  const unknowns = Normal.unknowns;
  for (let row = 0; row < unknowns; row++) {
    store<f64>(place(Normal.gradient, row), sum(Sum.xr + row));
    for (let column = 0; column <= row; column++) {
      store<f64>(cell(Normal.information, row, column), sum((row * (row + 1)) / 2 + column));
    }
  }
  Likelihood.chiSquares = sum(Sum.rr);
  Likelihood.pixels = sum(Sum.used);
  let light = sum(Sum.r) + sum(Sum.p);
  let squares = sum(Sum.rr) + 2 * sum(Sum.pr) + sum(Sum.pp);
  if (unknowns > 5) {
    light += tiltX * sum(Sum.t) + tiltY * sum(Sum.u);
    squares += 2 * tiltX * (sum(Sum.tr) + sum(Sum.tp)) + tiltX * tiltX * sum(Sum.tt);
    squares += 2 * tiltY * (sum(Sum.ur) + sum(Sum.up)) + tiltY * tiltY * sum(Sum.uu);
    squares += 2 * tiltX * tiltY * sum(Sum.ut);
  }
  Likelihood.contrast = squares - (light * light) / sum(Sum.one);
}
