// Dark to bright in even steps of lightness, told apart by people who see few colors (viridis).
const STOPS = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
] as const;

/** CSS color of a share from 0 to 1; those beyond have that of the end. */
export function scaleColor(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const below = Math.min(STOPS.length - 2, Math.floor(at));
  const [from, to] = [STOPS[below]!, STOPS[below + 1]!];
  const mixed = from.map((value, channel) => Math.round(value + (at - below) * (to[channel]! - value)));
  return `rgb(${mixed.join(' ')})`;
}

/** CSS gradient of the whole scale, left to right. */
export const SCALE_GRADIENT = `linear-gradient(to right, ${STOPS.map((stop) => `rgb(${stop.join(' ')})`).join(', ')})`;

/**
 * Ends of a scale that most values lie within: the 5 and 95 percent quantiles, so that one bad bead does not make all
 * others alike.
 * @returns null without a finite value
 */
export function scaleEnds(values: readonly number[]): [from: number, to: number] | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [from, to] = [at(0.05), at(0.95)];
  return from < to ? [from, to] : [from, from + (Math.abs(from) || 1) * 0.01];
}
