// qi: extremum of a parabola through three samples along each axis. Defined in qi.ts.
import { Bead, count } from './bead.as';
import { qiReach, qiStraight, splinePole } from './constants.as';
import { firstPixel, lastPixel, splineWeights } from './quadratic-spline.as';

export function qi(params: usize, _tables: usize): void {
  // A NaN pixel reaches every coefficient of the spline.
  if (Bead.xPx != Bead.xPx || Bead.yPx != Bead.yPx || (Bead.bytesPerPixel == 4 && hasNaN())) {
    Bead.xPx = NaN;
    Bead.yPx = NaN;
    if (Bead.keeps) keepSamples(NaN, NaN, NaN, NaN, NaN);
    return;
  }
  if (Bead.bytesPerPixel == 1) move<u8>(params);
  else if (Bead.bytesPerPixel == 2) move<u16>(params);
  else move<f32>(params);
}

function move<T>(params: usize): void {
  const x = Bead.xPx;
  const y = Bead.yPx;
  const margin = load<f64>(params + qiReach);
  const pole = load<f64>(params + splinePole);
  const across = splineWeights(x, margin, pole);
  const down = splineWeights(y, margin, pole);
  const firstRow = firstPixel(y);
  const lastRow = lastPixel(y);
  const firstColumn = firstPixel(x);
  const lastColumn = lastPixel(x);
  // Relative to a pixel near the center: what is even around it is then exactly straight.
  const nearRow = <usize>((firstRow + lastRow) >> 1);
  const nearColumn = <usize>((firstColumn + lastColumn) >> 1);
  const level = count<T>(Bead.pixels + nearRow * Bead.rowBytes + nearColumn * sizeof<T>());
  let middle: f64 = 0;
  let left: f64 = 0;
  let right: f64 = 0;
  let above: f64 = 0;
  let below: f64 = 0;
  for (let row = firstRow; row <= lastRow; row++) {
    const from = Bead.pixels + <usize>row * Bead.rowBytes;
    let here: f64 = 0;
    let before: f64 = 0;
    let after: f64 = 0;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const light = count<T>(from + <usize>column * sizeof<T>()) - level;
      const weights = across + (<usize>column << 5);
      here += light * load<f64>(weights);
      before += light * load<f64>(weights, 8);
      after += light * load<f64>(weights, 16);
    }
    const weights = down + (<usize>row << 5);
    const weight = load<f64>(weights);
    middle += weight * here;
    left += weight * before;
    right += weight * after;
    above += load<f64>(weights, 8) * here;
    below += load<f64>(weights, 16) * here;
  }
  if (Bead.keeps) keepSamples(level + left, level + middle, level + right, level + above, level + below);
  const straight = load<f64>(params + qiStraight);
  Bead.xPx = x + extremum(left, middle, right, straight);
  Bead.yPx = y + extremum(above, middle, below, straight);
}

function keepSamples(left: f64, middle: f64, right: f64, above: f64, below: f64): void {
  Bead.radii = 6;
  store<f64>(Bead.profile, left);
  store<f64>(Bead.profile, middle, 8);
  store<f64>(Bead.profile, right, 16);
  store<f64>(Bead.profile, above, 24);
  store<f64>(Bead.profile, middle, 32);
  store<f64>(Bead.profile, below, 40);
}

/** Position of the extremum of the parabola through (-1, left), (0, middle), (1, right); NaN for a straight line. */
function extremum(left: f64, middle: f64, right: f64, straight: f64): f64 {
  const curvature = left - 2 * middle + right;
  return abs(curvature) > straight ? (0.5 * (left - right)) / curvature : NaN;
}

function hasNaN(): bool {
  const size = <usize>Bead.size;
  for (let row: usize = 0; row < size; row++) {
    const from = Bead.pixels + row * Bead.rowBytes;
    for (let column: usize = 0; column < size; column++) {
      const counts = load<f32>(from + (column << 2));
      if (counts != counts) return true;
    }
  }
  return false;
}
