// radial-profile: mean counts of the rings around the center. Defined in radial-profile.ts.
import { Bead } from './bead.as';
import { radialProfileBins, radialProfileRadii } from './constants.as';
import { mean } from './levels.as';
import { interpolateCircles } from './radial-circles.as';
import { sortPixels } from './radial-nearest.as';
import { splitPixels } from './radial-split.as';

export function radialProfile(params: usize, tables: usize): void {
  const bins = <i32>load<f64>(params + radialProfileBins);
  if (bins == 2) return interpolateCircles(params, tables);
  Bead.radii = <i32>load<f64>(params + radialProfileRadii);
  if (Bead.bytesPerPixel == 1) fill<u8>(params, bins);
  else if (Bead.bytesPerPixel == 2) fill<u16>(params, bins);
  else fill<f32>(params, bins);
}

function fill<T>(params: usize, bins: i32): void {
  if (Bead.xPx != Bead.xPx || Bead.yPx != Bead.yPx) meanInFirstBin<T>();
  else if (bins == 1) splitPixels<T>(params);
  else sortPixels<T>(params);
}

/** What all pixels in bin 0 make, as they are when their distance is NaN. */
function meanInFirstBin<T>(): void {
  store<f64>(Bead.profile, mean<T>());
  for (let radius = 1; radius < Bead.radii; radius++) store<f64>(Bead.profile + (<usize>radius << 3), NaN);
}
