/** Numbers of values in bins of one width. */
export interface Histogram {
  /** [bin] middle of each. */
  centers: Float64Array;
  counts: Float64Array;
  /** Width of a bin; 0 without a value. */
  width: number;
}

const FEWEST_BINS = 8;
const MOST_BINS = 128;
const QUARTILE_POINTS = 4096;

/**
 * Histogram of the finite values, in bins as wide as their spread and number ask for.
 * Source: Freedman and Diaconis, Z. Wahrscheinlichkeitstheorie 57 (1981) 453.
 */
export function histogram(values: Float64Array): Histogram {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { centers: new Float64Array(0), counts: new Float64Array(0), width: 0 };
  let smallest = finite[0]!;
  let largest = smallest;
  for (const value of finite) {
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  const span = largest - smallest;
  if (span === 0)
    return { centers: Float64Array.of(smallest), counts: Float64Array.of(finite.length), width: 1 };
  const quartiles = quartileRange(finite);
  const asked = (2 * quartiles) / Math.cbrt(finite.length);
  const bins = Math.round(Math.min(MOST_BINS, Math.max(FEWEST_BINS, asked > 0 ? span / asked : MOST_BINS)));
  const width = span / bins;
  const counts = new Float64Array(bins);
  for (const value of finite) counts[Math.min(bins - 1, Math.floor((value - smallest) / width))]!++;
  return { centers: counts.map((_, bin) => smallest + (bin + 0.5) * width), counts, width };
}

/** Width of the middle half, of some thousand values evenly taken: sorting all would take the longest of everything. */
function quartileRange(values: Float64Array): number {
  const step = Math.ceil(values.length / QUARTILE_POINTS);
  const taken = values.filter((_, at) => at % step === 0).sort();
  const at = (share: number) => taken[Math.floor(share * (taken.length - 1))]!;
  return at(0.75) - at(0.25);
}
