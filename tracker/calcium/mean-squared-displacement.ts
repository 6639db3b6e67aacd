import { requireInteger, requireNumber, requirePositive } from './calcium-error.ts';
import { axesOf, type NdArray } from './nd-array.ts';

/**
 * Mean squared displacement over every pair of points that lie so far apart in time, overlapping ones too.
 *
 * @param points [frame, axis], any unit
 * @param dt between frames, s
 * @param maxLag frames, default a quarter of them
 * @returns `lags` [lag] s, from one frame on, and `msd` [lag] in the unit squared
 * @throws {CalciumError} if the longest lag is not from 1 to one less than the frames
 */
export function computeMsd(
  points: NdArray,
  dt: number,
  maxLag?: number,
): { lags: Float64Array; msd: Float64Array } {
  requirePositive('computeMsd dt', dt);
  const [frames, axes] = axesOf('computeMsd points', points, ['frame', 'axis']) as [number, number];
  const most = maxLag ?? Math.floor(frames / 4);
  requireInteger('computeMsd maxLag', most, 1);
  requireNumber('computeMsd maxLag', most, `less than the ${frames} frames`, most < frames);
  const { values } = points;
  const msd = Float64Array.from({ length: most }, (_, index) => {
    const apart = (index + 1) * axes;
    let sum = 0;
    for (let at = apart; at < values.length; at++) sum += (values[at]! - values[at - apart]!) ** 2;
    return sum / (frames - index - 1);
  });
  return { lags: msd.map((_, index) => (index + 1) * dt), msd };
}
