import { requireInteger, requireNumber } from './calcium-error.ts';
import { extremes } from './statistics.ts';

/**
 * Counts of values in bins of equal width; a bin has its lower edge, the last one both.
 *
 * @param bins at least 1
 * @param range [lower, upper]; of the values when absent, half a unit around values that are all equal
 * @returns `counts` [bin] and `edges` [bin + 1]; what lies outside the range and NaN are not counted
 * @throws {CalciumError} if the range is not ascending and finite
 */
export function histogram(
  values: ArrayLike<number>,
  bins: number,
  range?: readonly [number, number],
): { counts: Float64Array; edges: Float64Array } {
  requireInteger('histogram bins', bins, 1);
  const [low, high] = range ?? rangeOf(values);
  requireNumber(
    'histogram range',
    high,
    `a finite upper end above ${low}`,
    Number.isFinite(low) && Number.isFinite(high) && high > low,
  );
  const width = (high - low) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, bin) =>
    bin === bins ? high : low + bin * width,
  );
  const counts = new Float64Array(bins);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!(value >= low && value <= high)) continue;
    let bin = Math.min(Math.floor(((value - low) * bins) / (high - low)), bins - 1);
    // The division rounds: the edges, which are given back, decide.
    if (value < edges[bin]!) bin--;
    else if (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { counts, edges };
}

function rangeOf(values: ArrayLike<number>): [number, number] {
  if (values.length === 0) return [0, 1];
  const { least, most } = extremes(values);
  return most > least ? [least, most] : [least - 0.5, most + 0.5];
}
