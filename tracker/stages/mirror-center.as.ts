// Centers at the largest lag of a self-convolution. Defined in mirror-center.ts.
import { Bead } from './bead.as';
import { parabolicVertex } from './parabola.as';
import { firstMaximum, middleLag } from './self-convolution.as';

/** Center to half a pixel; `lags` as `selfConvolution` returns them. */
export function mirrorCenter(lags: usize): f64 {
  if (lags == 0) return NaN;
  const peak = firstMaximum(lags);
  const value = load<f64>(lags + (<usize>peak << 3));
  return value != value ? NaN : <f64>(middleLag() + peak) / 2;
}

/** Center at the vertex of a parabola around the largest lag; NaN when that is too near an end of the reach. */
export function subPixelCenter(lags: usize, nLocal: i32): f64 {
  if (lags == 0) return NaN;
  return (<f64>middleLag() + parabolicVertex(lags, Bead.size, firstMaximum(lags), nLocal)) / 2;
}
