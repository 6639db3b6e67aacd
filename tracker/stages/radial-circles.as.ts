// radial-profile with bins `interpolate`: mean counts of circles around the center. Defined in radial-profile.ts.
// Tables: [angle] cosine and sine.
import { Bead, take } from './bead.as';
import {
  radialProfileAngles,
  radialProfileMinRadius,
  radialProfileRadii,
  radialProfileStep,
} from './constants.as';
import { QUADRANT_BYTES, quadrantCounts, quadrantSamples, sumInside } from './polar-border.as';
import { addLanes, Polar, readyPairs } from './polar-pairs.as';
import { aimCircles, isWhole, readyDirections, sumCircle } from './polar-samples.as';

export function interpolateCircles(params: usize, tables: usize): void {
  const radii = <usize>load<f64>(params + radialProfileRadii);
  const angles = <i32>load<f64>(params + radialProfileAngles);
  const firstPx = load<f64>(params + radialProfileMinRadius);
  const stepPx = load<f64>(params + radialProfileStep);
  Bead.radii = <i32>radii;
  const size = <f64>Bead.size;
  // No circle around a center so far outside meets the ROI; nor around one that is NaN.
  if (!(min(Bead.xPx, Bead.yPx) > -size && max(Bead.xPx, Bead.yPx) < 2 * size)) {
    for (let circle: usize = 0; circle < radii; circle++) store<f64>(Bead.profile + (circle << 3), NaN);
    return;
  }
  readyPairs();
  aimCircles(Bead.xPx, Bead.yPx);
  const directions = readyDirections(tables, angles);
  const quadrants = take(QUADRANT_BYTES);
  for (let circle: usize = 0; circle < radii; circle++) {
    const radiusPx = firstPx + <f64>circle * stepPx;
    let sum: f64;
    let samples: f64;
    if (isWhole(radiusPx)) {
      const sides = sumCircle(radiusPx, directions, angles, false);
      sum = <f64>(f32x4.extract_lane(sides, 0) + f32x4.extract_lane(sides, 1));
      samples = <f64>(4 * angles);
    } else {
      sumInside(radiusPx, tables, directions, angles, quadrants);
      sum = <f64>addLanes(v128.load(quadrants + quadrantCounts));
      samples = <f64>addLanes(v128.load(quadrants + quadrantSamples));
    }
    // 0 / 0 marks a circle outside the ROI as NaN.
    store<f64>(Bead.profile + (circle << 3), Polar.zero + sum / samples);
  }
}
