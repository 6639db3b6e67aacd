import { parabolicVertex } from './parabolic-vertex.ts';
import { firstMaximum, middleOf } from './self-convolution.ts';

/** Center at the largest lag of a self-convolution, a multiple of 0.5 px; NaN when a lag is NaN. */
export function mirrorCenter(lags: Float64Array): number {
  const peak = firstMaximum(lags);
  return Number.isNaN(lags[peak]!) ? Number.NaN : (middleOf(lags.length) + peak) / 2;
}

/** Center at the vertex of a parabola around the largest lag; NaN when that is too near an end of the reach. */
export function subPixelCenter(lags: Float64Array, nLocal: number): number {
  return (middleOf(lags.length) + parabolicVertex(lags, firstMaximum(lags), nLocal)) / 2;
}

/** Lines on each side of the middle one, for a share of the ROI's lines. */
export function halfLinesOf(lineRatio: number, size: number): number {
  return Math.floor((size * lineRatio) / 2);
}
