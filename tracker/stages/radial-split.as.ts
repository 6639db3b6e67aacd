// radial-profile with bins `split`: a pixel counts in its two nearest rings, the nearer the more. Defined in
// radial-profile.ts.
import { Bead, take } from './bead.as';
import { radialProfileLeastShare, radialProfileOversample } from './constants.as';
import { rowEnds } from './radial-reach.as';

export function splitPixels<T>(params: usize): void {
  const oversample = load<f64>(params + radialProfileOversample);
  const oversamples = f64x2.splat(oversample);
  const leastShare = load<f64>(params + radialProfileLeastShare);
  const radii = Bead.radii;
  const ends = rowEnds(<f64>radii / oversample);
  // [ring] sum of the shares of counts, then of the shares.
  const bins = take(<usize>(radii + 1) << 4);
  memory.fill(bins, 0, <usize>(radii + 1) << 4);
  for (let row = 0; row < Bead.size; row++) {
    const dy = <f64>row - Bead.yPx;
    const end = load<i32>(ends + (<usize>row << 3), 4);
    const pixels = Bead.pixels + <usize>row * Bead.rowBytes;
    const dySquared = f64x2.splat(dy * dy);
    const start = load<i32>(ends + (<usize>row << 3));
    let dx = f64x2(<f64>start - Bead.xPx, <f64>start + 1 - Bead.xPx);
    for (let column = start; column < end; column += 2) {
      const distances = f64x2.mul(f64x2.sqrt(f64x2.add(f64x2.mul(dx, dx), dySquared)), oversamples);
      const rings = f64x2.floor(distances);
      const beyonds = f64x2.sub(distances, rings);
      const places = i32x4.trunc_sat_f64x2_s_zero(rings);
      const at = pixels + <usize>column * sizeof<T>();
      addShares<T>(at, bins, i32x4.extract_lane(places, 0), f64x2.extract_lane(beyonds, 0));
      if (column + 1 < end) {
        addShares<T>(at + sizeof<T>(), bins, i32x4.extract_lane(places, 1), f64x2.extract_lane(beyonds, 1));
      }
      dx = f64x2.add(dx, f64x2.splat(2));
    }
  }
  for (let ring = 0; ring < radii; ring++) {
    const at = bins + (<usize>ring << 4);
    const shares = load<f64>(at, 8);
    store<f64>(Bead.profile + (<usize>ring << 3), shares >= leastShare ? load<f64>(at) / shares : NaN);
  }
}

/** Adds a pixel to the ring below it and to the one beyond, if the first is there at all. */
@inline
function addShares<T>(pixel: usize, bins: usize, ring: i32, beyond: f64): void {
  if (ring >= Bead.radii) return;
  const once = f64x2.replace_lane(f64x2.splat(1), 0, <f64>load<T>(pixel));
  const at = bins + (<usize>ring << 4);
  const far = f64x2.mul(f64x2.splat(beyond), once);
  v128.store(at, f64x2.add(v128.load(at), f64x2.sub(once, far)));
  v128.store(at + 16, f64x2.add(v128.load(at + 16), far));
}
