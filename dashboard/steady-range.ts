/**
 * A range with ends on round numbers, so that the axis stays while the trace moves within it.
 * @param smallest null without a point
 */
export function steadyRange(
  smallest: number | null,
  largest: number | null,
  leastSpan: number,
): [number, number] {
  if (smallest === null || largest === null) return [-leastSpan / 2, leastSpan / 2];
  const middle = (smallest + largest) / 2;
  const half = Math.max((largest - smallest) * 0.54, leastSpan / 2);
  const decade = 10 ** Math.floor(Math.log10(half / 2));
  const step = decade * ([1, 2, 5].find((factor) => factor * decade >= half / 2.5) ?? 10);
  return [Math.floor((middle - half) / step) * step, Math.ceil((middle + half) / step) * step];
}
