// Columns of a row that a profile reaches. Defined in radial-profile.ts.
import { Bead } from './bead.as';

/** First column whose pixel may be within `reachPx` of the center, in a row `dy` px from it; the size without one. */
@inline
export function firstColumn(dy: f64, reachPx: f64): i32 {
  const half = sqrt(reachPx * reachPx - dy * dy);
  const size = <f64>Bead.size;
  return half >= 0 ? <i32>min(max(floor(Bead.xPx - half), 0), size) : Bead.size;
}

/** Column after the last of them; 0 without one. */
@inline
export function endColumn(dy: f64, reachPx: f64): i32 {
  const half = sqrt(reachPx * reachPx - dy * dy);
  const size = <f64>Bead.size;
  return half >= 0 ? <i32>max(min(ceil(Bead.xPx + half) + 1, size), 0) : 0;
}
