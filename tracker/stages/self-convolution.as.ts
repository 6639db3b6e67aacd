// Self-convolution of a bead's mean line under a window. Defined in self-convolution.ts.
import { Bead, Scratch, take } from './bead.as';
import { windowShare } from './constants.as';
import { averageLines } from './lines.as';

const noiseMargin: f64 = 16;

/** Zeros on both sides of a line, in values, so that every lag of a block may reach past its ends alike. */
const margin: i32 = 8;

/** What one axis keeps while the bead is tracked, since most centers stay on their line. */
class Axis {
  /** Which lines `line` is of; `lines` is 0 when there are none. */
  first: i32;
  lines: i32;
  flat: bool;
  /** Center that `lagsThere` belong to; NaN when they are still to be found. */
  center: f64;
  /** Addresses of f64 values: [pixel] mean of the lines less its mean, and the lags under windows there and here. */
  line: usize;
  lagsThere: usize;
  lags: usize;
}

const axisBytes: usize = offsetof<Axis>();
let axes: usize = 0;

/** Makes room for both axes of a new bead or frame. */
export function forgetLines(): void {
  const bytes = <usize>(Bead.size + 8) << 3;
  axes = take(axisBytes * 2);
  for (let axis = 0; axis < 2; axis++) {
    const kept = changetype<Axis>(axes + <usize>axis * axisBytes);
    kept.lines = 0;
    kept.line = take(bytes);
    kept.lagsThere = take(bytes);
    kept.lags = take(bytes);
  }
}

/** Index of the ROI's middle pixel, which is lag 0 of the cropped self-convolution. */
@inline
export function middleLag(): i32 {
  return (Bead.size - 1) >> 1;
}

/**
 * The middle `size` lags for axis x or y.
 * @param tables [distance] Gaussian of whole pixels
 * @returns address of f64 lags, valid until the next call for this axis; 0 when all are NaN
 */
export function selfConvolution(isX: bool, xPx: f64, yPx: f64, halfLines: i32, tables: usize): usize {
  const lags = findLags(isX, xPx, yPx, halfLines, tables);
  if (Bead.keeps) keepLags(isX, lags);
  return lags;
}

function keepLags(isX: bool, lags: usize): void {
  const bytes = <usize>Bead.size << 3;
  const into = Bead.profile + (isX ? 0 : bytes);
  Bead.radii = 2 * Bead.size;
  if (lags != 0) return memory.copy(into, lags, bytes);
  for (let at: usize = 0; at < bytes; at += 8) store<f64>(into + at, NaN);
}

function findLags(isX: bool, xPx: f64, yPx: f64, halfLines: i32, tables: usize): usize {
  const along = isX ? xPx : yPx;
  const across = isX ? yPx : xPx;
  const size = Bead.size;
  const middle = across != across ? 0 : nearest(across);
  if (middle + <f64>halfLines >= <f64>size || middle - <f64>halfLines < <f64>-size || along != along) return 0;

  const axis = changetype<Axis>(axes + (isX ? 0 : axisBytes));
  const first = ((<i32>middle) - halfLines + size) % size;
  const lines = 2 * halfLines + 1;
  if (axis.lines != lines || axis.first != first) {
    if (Bead.bytesPerPixel == 1) averageLines<u8>(isX, first, lines, axis.line);
    else if (Bead.bytesPerPixel == 2) averageLines<u16>(isX, first, lines, axis.line);
    else averageLines<f32>(isX, first, lines, axis.line);
    axis.first = first;
    axis.lines = lines;
    axis.center = NaN;
    subtractMean(axis.line);
  }
  const moved = along - axis.center;
  if (abs(moved) <= 0.125 * <f64>size) {
    moveWindow(axis, along);
    return axis.lags + firstLag();
  }
  const mark = Scratch.next;
  convolve(axis, along, tables);
  Scratch.next = mark;
  axis.center = along;
  return axis.lagsThere + firstLag();
}

/** Lags are found from an even one on: bytes before the first that counts. */
@inline
function firstLag(): usize {
  return <usize>(middleLag() & 1) << 3;
}

/** Index of the first largest lag; a NaN counts as the largest. */
export function firstMaximum(lags: usize): i32 {
  let best = 0;
  let largest = load<f64>(lags);
  for (let index = 0; index < Bead.size; index++) {
    const value = load<f64>(lags + (<usize>index << 3));
    if (value != value) return index;
    if (value > largest) {
      largest = value;
      best = index;
    }
  }
  return best;
}

/** A line without contrast becomes 0. */
function subtractMean(line: usize): void {
  const end = line + (<usize>Bead.size << 3);
  let sum: f64 = 0;
  for (let at = line; at < end; at += 8) sum += load<f64>(at);
  const mean = sum / <f64>Bead.size;
  let largest: f64 = 0;
  for (let at = line; at < end; at += 8) {
    const deviation = load<f64>(at) - mean;
    store<f64>(at, deviation);
    largest = max(largest, abs(deviation));
  }
  // Rounding of the mean must not pass for a bead.
  if (largest <= noiseMargin * f64.EPSILON * abs(mean)) memory.fill(line, 0, end - line);
}

/**
 * Lags under a window that has moved from where `lagsThere` were found. The product of the two window values of a
 * pair depends on the sum of their positions, which is the lag: so the window of a lag only changes as a whole, by
 * exp((here - there) (lag - here - there) / sigma^2), a geometric series.
 */
function moveWindow(axis: Axis, here: f64): void {
  const sigma = <f64>Bead.size * windowShare;
  const there = axis.center;
  const perLag = (here - there) / (sigma * sigma);
  const start = <f64>(middleLag() & ~1);
  const ratio = Math.exp(perLag);
  let factor = Math.exp(perLag * (start - here - there));
  let two = f64x2(factor, factor * ratio);
  let next = f64x2.mul(two, f64x2.splat(ratio * ratio));
  const step = f64x2.splat(ratio * ratio * ratio * ratio);
  const end = axis.lags + (<usize>(Bead.size + 1) << 3);
  let from = axis.lagsThere;
  for (let to = axis.lags; to < end; to += 32, from += 32) {
    v128.store(to, f64x2.mul(v128.load(from), two));
    v128.store(to + 16, f64x2.mul(v128.load(from + 16), next));
    two = f64x2.mul(two, step);
    next = f64x2.mul(next, step);
  }
}

/**
 * Lag 2 j is the sum of line[j - d] line[j + d] over all d, lag 2 j + 1 that of line[j - d] line[j + 1 + d]; both
 * halves of a sum are equal, so one is taken twice. Four lags at a time share what they load.
 */
function convolve(axis: Axis, center: f64, tables: usize): void {
  const size = Bead.size;
  const bytes = <usize>(size + 2 * margin) << 3;
  const forward = take(bytes);
  const backward = take(bytes);
  memory.fill(forward, 0, bytes);
  memory.fill(backward, 0, bytes);
  const line = forward + (margin << 3);
  const mirrored = backward + (margin << 3);
  applyWindow(axis.line, center, tables, line);
  for (let index = 0; index < size; index++) {
    store<f64>(mirrored + (<usize>(size - 1 - index) << 3), load<f64>(line + (<usize>index << 3)));
  }
  const from = middleLag() >> 1;
  const end = middleLag() + size;
  let to = axis.lagsThere;
  for (let j = from; 2 * j < end; j += 2) {
    const reach = min(j + 2, size - 1 - j);
    let lag0 = f64x2.splat(0);
    let lag1 = lag0;
    let lag2 = lag0;
    let lag3 = lag0;
    let right = line + (<usize>(j + 1) << 3);
    let left = mirrored + (<usize>(size - j) << 3);
    for (const last = right + (<usize>reach << 3); right < last; right += 16, left += 16) {
      const right0 = v128.load(right);
      const right1 = v128.load(right, 8);
      const left0 = v128.load(left);
      const left1 = v128.load(left - 8);
      const left2 = v128.load(left - 16);
      lag0 = f64x2.add(lag0, f64x2.mul(left0, right0));
      lag1 = f64x2.add(lag1, f64x2.mul(left1, right0));
      lag2 = f64x2.add(lag2, f64x2.mul(left1, right1));
      lag3 = f64x2.add(lag3, f64x2.mul(left2, right1));
    }
    const at = line + (<usize>j << 3);
    store2(to, lag0, lag1, load<f64>(at));
    store2(to + 16, lag2, lag3, load<f64>(at + 8));
    to += 32;
  }
}

/** An even lag, whose middle value counts once, and the odd one after it. */
@inline
function store2(to: usize, even: v128, odd: v128, middle: f64): void {
  const half = f64x2.add(v128.shuffle<i64>(even, odd, 0, 2), v128.shuffle<i64>(even, odd, 1, 3));
  v128.store(to, f64x2.add(f64x2.add(half, half), f64x2.replace_lane(f64x2.splat(0), 0, middle * middle)));
}

/**
 * Multiplies by the Gaussian around `center`. For a center f px from pixel c the Gaussian at c + d is
 * table[d] exp(d f / sigma^2) exp(-f^2 / 2 sigma^2): a table and a geometric series.
 */
function applyWindow(from: usize, center: f64, tables: usize, into: usize): void {
  const size = Bead.size;
  const sigma = <f64>size * windowShare;
  const pixel = <i32>min(max(nearest(center), 0), <f64>(size - 1));
  const f = center - <f64>pixel;
  if (abs(f) > 0.5) {
    // Far outside the ROI the series would overflow.
    for (let index = 0; index < size; index++) {
      const distance = (<f64>index - center) / sigma;
      const at = <usize>index << 3;
      store<f64>(into + at, load<f64>(from + at) * Math.exp(-0.5 * distance * distance));
    }
    return;
  }
  const middle = Math.exp((-0.5 * f * f) / (sigma * sigma));
  const growth = Math.exp(f / (sigma * sigma));
  const decay = 1 / growth;
  let up = middle;
  let down = middle * decay;
  const steps = max(size - pixel, pixel);
  for (let d = 0; d < steps; d++) {
    const above = pixel + d;
    if (above < size) {
      const at = <usize>above << 3;
      store<f64>(into + at, load<f64>(from + at) * up * load<f64>(tables + (<usize>d << 3)));
    }
    const below = pixel - 1 - d;
    if (below >= 0) {
      const at = <usize>below << 3;
      store<f64>(into + at, load<f64>(from + at) * down * load<f64>(tables + (<usize>(d + 1) << 3)));
    }
    up *= growth;
    down *= decay;
  }
}
