// quadrant-interpolation: halves around the center, and where one is most like the other. Defined in
// quadrant-interpolation.ts. Tables: [radius] window, then for each iteration [angle] cosine and sine.
import { Bead, take } from './bead.as';
import {
  quadrantInterpolationAngles0,
  quadrantInterpolationCosine,
  quadrantInterpolationIterations,
  quadrantInterpolationLeastSamples,
  quadrantInterpolationMinRadius,
  quadrantInterpolationMinSymmetry,
  quadrantInterpolationRadii,
  quadrantInterpolationReach,
  quadrantInterpolationShift,
  quadrantInterpolationStep,
  quadrantInterpolationWeight0,
} from './constants.as';
import { weightedVertex } from './parabola.as';
import {
  QUADRANT_BYTES,
  quadrantCosineCounts,
  quadrantCosines,
  quadrantCounts,
  quadrantSamples,
  quadrantSineCounts,
  quadrantSines,
  sumInside,
} from './polar-border.as';
import { addLanes, Polar, readyPairs } from './polar-pairs.as';
import { aimCircles, isWhole, readyDirections, sumCircle } from './polar-samples.as';

/** Farther outside the ROI, px, no iteration brings a center back. */
const BEYOND_RETURN_PX: f64 = 16;

/** Halves of the ROI as functions of the radius, f32, with zeros on either side so that lags need no ends. */
class Halves {
  static radii: i32 = 0;
  static reach: i32 = 0;
  /** Bytes from one half to the next: right, left, below, above. */
  static stride: usize = 0;
  static right: usize = 0;
  static lags: usize = 0;
  static quadrants: usize = 0;
}

export function quadrantInterpolation(params: usize, tables: usize): void {
  const iterations = <i32>load<f64>(params + quadrantInterpolationIterations);
  const weightsFrom = params + quadrantInterpolationWeight0;
  const shift = load<f64>(params + quadrantInterpolationShift);
  readyPairs();
  readyHalves(params);
  let directionsFrom = tables + (<usize>Halves.radii << 3);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const nearest = min(Bead.xPx, Bead.yPx);
    const farthest = max(Bead.xPx, Bead.yPx) - <f64>Bead.size;
    // Also where a center is NaN.
    if (!(nearest > -BEYOND_RETURN_PX && farthest < BEYOND_RETURN_PX) || isNaN(Polar.mean)) return lose();
    const angles = <i32>load<f64>(params + quadrantInterpolationAngles0 + (<usize>iteration << 3));
    aimCircles(Bead.xPx, Bead.yPx);
    fillHalves(params, tables, directionsFrom, angles);
    directionsFrom += <usize>angles << 4;

    const least = load<f64>(params + quadrantInterpolationMinSymmetry);
    const isLast = iteration === iterations - 1;
    const x = Bead.xPx + shift * stepsToLikeness(Halves.right, weightsFrom, isLast, least);
    const y = Bead.yPx + shift * stepsToLikeness(Halves.right + 2 * Halves.stride, weightsFrom, isLast, least);
    const last = <f64>(Bead.size - 1);
    if (!(x >= 0 && x <= last && y >= 0 && y <= last)) return lose();
    Bead.xPx = x;
    Bead.yPx = y;
  }
}

function lose(): void {
  Bead.xPx = NaN;
  Bead.yPx = NaN;
}

function readyHalves(params: usize): void {
  Halves.radii = <i32>load<f64>(params + quadrantInterpolationRadii);
  Halves.reach = <i32>load<f64>(params + quadrantInterpolationReach);
  const margin = (<usize>Halves.reach + 8) << 2;
  Halves.stride = (2 * margin + (<usize>Halves.radii << 2) + 15) & ~15;
  const room = take(4 * Halves.stride);
  memory.fill(room, 0, 4 * Halves.stride);
  Halves.right = room + margin;
  Halves.lags = take(<usize>(2 * Halves.reach + 8) << 3);
  Halves.quadrants = take(QUADRANT_BYTES);
}

/** Fills the halves around the circles' center. */
function fillHalves(params: usize, windows: usize, table: usize, angles: i32): void {
  const cosine = load<f64>(params + quadrantInterpolationCosine) != 0;
  const firstPx = load<f64>(params + quadrantInterpolationMinRadius);
  const stepPx = load<f64>(params + quadrantInterpolationStep);
  const least = f32x4.splat(<f32>load<f64>(params + quadrantInterpolationLeastSamples));
  const directions = readyDirections(table, angles);
  let weight: f64 = 0;
  for (let angle: usize = 0; angle < <usize>angles; angle++) weight += cosine ? load<f64>(table + (angle << 4)) : 1;
  const perWeight = f32x4.splat(<f32>(1 / weight));
  const mean = f32x4.splat(<f32>Polar.mean);
  const twoMeans = f32x4.add(mean, mean);
  const range = Bead.brightest - Bead.darkest;
  // To counts of about 1, so that no product leaves f32.
  const scale = range > 0 ? 1 / range : 0;
  const stride = Halves.stride;
  for (let circle: usize = 0; circle < <usize>Halves.radii; circle++) {
    const radiusPx = firstPx + <f64>circle * stepPx;
    let sides: v128;
    if (isWhole(radiusPx)) {
      const sums = sumCircle(radiusPx, directions, angles, cosine);
      sides = f32x4.sub(f32x4.mul(sums, perWeight), twoMeans);
    } else {
      sumInside(radiusPx, table, directions, angles, Halves.quadrants);
      sides = cosine ? cosineSides(mean, least) : evenSides(mean, least);
    }
    sides = f32x4.mul(sides, f32x4.splat(<f32>(scale * load<f64>(windows + (circle << 3)))));
    const at = Halves.right + (circle << 2);
    v128.store32_lane(at, sides, 0);
    v128.store32_lane(at + stride, sides, 1);
    v128.store32_lane(at + 2 * stride, sides, 2);
    v128.store32_lane(at + 3 * stride, sides, 3);
  }
}

/** Quadrant means of the sums above the mean of the ROI; 0 for a quadrant with too few samples. */
function quadrantMeans(counts: usize, weights: usize, mean: v128, least: v128): v128 {
  const from = Halves.quadrants;
  const enough = f32x4.ge(v128.load(from + quadrantSamples), least);
  return v128.and(enough, f32x4.sub(f32x4.div(v128.load(from + counts), v128.load(from + weights)), mean));
}

function evenSides(mean: v128, least: v128): v128 {
  const means = quadrantMeans(quadrantCounts, quadrantSamples, mean, least);
  return f32x4.add(v128.shuffle<f32>(means, means, 0, 1, 0, 2), v128.shuffle<f32>(means, means, 3, 2, 1, 3));
}

function cosineSides(mean: v128, least: v128): v128 {
  const across = quadrantMeans(quadrantCosineCounts, quadrantCosines, mean, least);
  const down = quadrantMeans(quadrantSineCounts, quadrantSines, mean, least);
  return f32x4.add(v128.shuffle<f32>(across, down, 0, 1, 4, 6), v128.shuffle<f32>(across, down, 3, 2, 5, 7));
}

/** Steps from the old center to where a half is most like the one after it. */
function stepsToLikeness(plus: usize, weights: usize, isLast: bool, leastSymmetry: f64): f64 {
  const reach = Halves.reach;
  const minus = plus + Halves.stride;
  const lags = Halves.lags;
  for (let lag = -reach; lag <= reach; lag += 4) {
    const four = fourLags(plus + <usize>(lag << 2), minus);
    const at = lags + (<usize>(lag + reach) << 3);
    v128.store(at, f64x2.promote_low_f32x4(four));
    v128.store(at, f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1)), 16);
  }
  const count = 2 * reach + 1;
  let peak = 0;
  for (let index = 1; index < count; index++) {
    if (load<f64>(lags + (<usize>index << 3)) > load<f64>(lags + (<usize>peak << 3))) peak = index;
  }
  const vertex = weightedVertex(lags, count, peak, 3, weights);
  if (!isLast) return (isNaN(vertex) ? <f64>peak : vertex) - <f64>reach;
  const alike = load<f64>(lags + (<usize>peak << 3));
  const powers = Math.sqrt(<f64>power(plus) * <f64>power(minus));
  return alike >= leastSymmetry * powers ? vertex - <f64>reach : NaN;
}

/** Sums of the products of one half, from an address on and from the three after it, with another. */
function fourLags(plus: usize, minus: usize): v128 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  const end = minus + (<usize>Halves.radii << 2);
  for (; minus < end; minus += 16) {
    const four = v128.load(minus);
    a = f32x4.add(a, f32x4.mul(four, v128.load(plus)));
    b = f32x4.add(b, f32x4.mul(four, v128.load(plus, 4)));
    c = f32x4.add(c, f32x4.mul(four, v128.load(plus, 8)));
    d = f32x4.add(d, f32x4.mul(four, v128.load(plus, 12)));
    plus += 16;
  }
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

function power(half: usize): f32 {
  let squares = f32x4.splat(0);
  const end = half + (<usize>Halves.radii << 2);
  for (; half < end; half += 16) {
    const four = v128.load(half);
    squares = f32x4.add(squares, f32x4.mul(four, four));
  }
  return addLanes(squares);
}
