// Vertices of parabolas through the values around a peak. Defined in parabola-offset.ts, parabolic-vertex.ts and
// weighted-vertex.ts.

const noiseMargin: f64 = 16;

/**
 * Distance from the peak to the extremum of a parabola fitted to the 2 h + 1 values around it; NaN when they are straight.
 * @param values address of f64 values, the peak at index `peak`
 * @param weights address of f64 weights by distance from the peak; 0: (h + 1 - distance)^2
 * @param maximumOnly whether a valley has no extremum either
 */
export function parabolaOffset(values: usize, peak: i32, h: i32, weights: usize, maximumOnly: bool): f64 {
  const at = values + (<usize>peak << 3);
  const height = load<f64>(at);
  let s0: f64 = 0;
  let s2: f64 = 0;
  let s4: f64 = 0;
  let a: f64 = 0;
  let b: f64 = 0;
  let c: f64 = 0;
  let largest: f64 = 0;
  for (let u = -h; u <= h; u++) {
    const distance = abs(u);
    const weight =
      weights == 0 ? <f64>((h + 1 - distance) * (h + 1 - distance)) : load<f64>(weights + (<usize>distance << 3));
    const value = load<f64>(at + (<isize>u << 3));
    const share = weight * (value - height);
    const position = <f64>u;
    const square = position * position;
    s0 += weight;
    s2 += weight * square;
    s4 += weight * square * square;
    a += share;
    b += share * position;
    c += share * square;
    largest = max(largest, abs(value));
  }
  const curvature = s0 * c - s2 * a;
  const noise = noiseMargin * f64.EPSILON * largest * s0 * s2;
  if (!((maximumOnly ? -curvature : abs(curvature)) > noise)) return NaN;
  return -((b / s2) * (s0 * s4 - s2 * s2)) / (2 * curvature);
}

/** Index with fraction of the extremum around a peak of `length` values; NaN when the window touches an end. */
export function parabolicVertex(values: usize, length: i32, peak: i32, nLocal: i32): f64 {
  const h = (nLocal - 1) >> 1;
  if (peak <= h || peak >= length - 1 - h) return NaN;
  return <f64>peak + parabolaOffset(values, peak, h, 0, false);
}

/** Index with fraction of the maximum around a peak, within `h` of it; NaN when the window leaves the values. */
export function weightedVertex(values: usize, length: i32, peak: i32, h: i32, weights: usize): f64 {
  if (peak < h || peak + h >= length) return NaN;
  const offset = parabolaOffset(values, peak, h, weights, true);
  return abs(offset) <= <f64>h ? <f64>peak + offset : NaN;
}
