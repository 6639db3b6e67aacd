// lookup-z: height of the plane of the Z-LUT that the profile matches best. Defined in lookup-z.ts.
import { Bead, take } from './bead.as';
import {
  lookupZAmbiguous,
  lookupZEnds,
  lookupZLutEnd,
  lookupZMatch,
  lookupZMinMargin,
  lookupZMinScore,
  lookupZNLocal,
  lookupZUnsure,
  zLutPlanes,
  zLutPlaneZNm,
} from './constants.as';
import { correlateWeighted } from './lookup-z-weighted.as';
import { parabolicVertex, weightedVertex } from './parabola.as';
import { correlate, firstLargest } from './pearson.as';

export function lookupZ(params: usize, _tables: usize): void {
  Bead.zNm = NaN;
  Bead.score = NaN;
  if (Bead.zLut == 0) return;
  const planes = load<i32>(Bead.zLut + zLutPlanes);
  const matches = take(<usize>(planes + 4) << 3);
  const nLocal = <i32>load<f64>(params + lookupZNLocal);
  if (load<f64>(params + lookupZMatch) == 0) correlate(matches, (nLocal + 1) >> 1);
  else correlateWeighted(matches, params);
  const best = firstLargest(matches, planes);
  if (best < 0) return;

  const minMargin = load<f64>(params + lookupZMinMargin);
  Bead.score = load<f64>(matches + (<usize>best << 3));
  // The second best is never better, so that 0 asks for nothing.
  if (minMargin > 0 && Bead.score - secondScore(matches, planes, best, (nLocal + 1) >> 1) < minMargin) {
    Bead.status |= <i32>load<f64>(params + lookupZAmbiguous);
  }
  if (Bead.score < load<f64>(params + lookupZMinScore)) {
    Bead.status |= <i32>load<f64>(params + lookupZUnsure);
  } else if (load<f64>(params + lookupZEnds) == 0) {
    Bead.zNm = heightAt(planes, parabolicVertex(matches, planes, best, nLocal));
  } else {
    const whole = (nLocal - 1) >> 1;
    const h = min(whole, min(best, planes - 1 - best));
    if (h > 0) Bead.zNm = heightAt(planes, weightedVertex(matches, planes, best, h, 0));
    if (h < whole && isFinite(Bead.zNm)) Bead.status |= <i32>load<f64>(params + lookupZLutEnd);
  }
}

/** Largest match of another peak, more than `apart` planes from the best; -1, the least there is, without one. */
function secondScore(matches: usize, planes: i32, best: i32, apart: i32): f64 {
  let second: f64 = -1;
  for (let plane = 0; plane < planes; plane++) {
    const at = matches + (<usize>plane << 3);
    const match = load<f64>(at);
    if (abs(plane - best) <= apart || !(match > second)) continue;
    // An end has one neighbor, and a plane without contrast is none: beyond them nothing is higher.
    if (plane > 0 && load<f64>(at - 8) > match) continue;
    if (plane < planes - 1 && load<f64>(at + 8) > match) continue;
    second = match;
  }
  return second;
}

/** Height at a fractional plane index; NaN outside the planes. */
function heightAt(planes: i32, index: f64): f64 {
  const last = planes - 1;
  if (!(index >= 0 && index <= <f64>last)) return NaN;
  const below = min(<i32>floor(index), last - 1);
  const at = <usize>load<u32>(Bead.zLut + zLutPlaneZNm) + (<usize>below << 3);
  return load<f64>(at) + (index - <f64>below) * (load<f64>(at, 8) - load<f64>(at));
}
