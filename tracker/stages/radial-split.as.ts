// radial-profile with bins `split`: a pixel counts in its two nearest rings, the nearer the more. Defined in
// radial-profile.ts.
import { Bead, take } from './bead.as';
import { radialProfileLeastShare, radialProfileOversample } from './constants.as';
import { rowEnds } from './radial-reach.as';

export function splitPixels<T>(params: usize): void {
  const oversample = load<f64>(params + radialProfileOversample);
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
    for (let column = load<i32>(ends + (<usize>row << 3)); column < end; column++) {
      const dx = <f64>column - Bead.xPx;
      const distance = sqrt(dx * dx + dy * dy) * oversample;
      const ring = floor(distance);
      if (ring >= <f64>radii) continue;
      const once = f64x2.replace_lane(f64x2.splat(1), 0, <f64>load<T>(pixels + <usize>column * sizeof<T>()));
      const at = bins + (<usize>ring << 4);
      const beyond = f64x2.splat(distance - ring);
      const within = f64x2.splat(1 - (distance - ring));
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(within, once)));
      v128.store(at + 16, f64x2.add(v128.load(at + 16), f64x2.mul(beyond, once)));
    }
  }
  for (let ring = 0; ring < radii; ring++) {
    const at = bins + (<usize>ring << 4);
    const shares = load<f64>(at, 8);
    store<f64>(Bead.profile + (<usize>ring << 3), shares >= leastShare ? load<f64>(at) / shares : NaN);
  }
}
