/** Smallest and largest value of an axis. */
export type AxisRange = [from: number, to: number];

/** A range this many times wider than a new one would be is given up. */
const TOO_WIDE = 1.6;

/**
 * A range with ends on round numbers that stays what it was while the trace trembles within it.
 * @param smallest null without a point
 * @param leastSpan so that the noise of a resting bead is not blown up without end
 * @param previous the range so far
 */
export function steadyRange(
  smallest: number | null,
  largest: number | null,
  leastSpan: number,
  previous: AxisRange | null,
): AxisRange {
  if (smallest === null || largest === null) return previous ?? [-leastSpan / 2, leastSpan / 2];
  const middle = (smallest + largest) / 2;
  const half = Math.max((largest - smallest) * 0.54, leastSpan / 2);
  const decade = 10 ** Math.floor(Math.log10(half / 4));
  const step = decade * ([1, 2, 5].find((factor) => factor * decade >= half / 4) ?? 10);
  const fresh: AxisRange = [
    Math.floor((middle - half) / step) * step,
    Math.ceil((middle + half) / step) * step,
  ];
  if (!previous || smallest < previous[0] || largest > previous[1]) return fresh;
  return previous[1] - previous[0] <= TOO_WIDE * (fresh[1] - fresh[0]) ? previous : fresh;
}
