import { RoiError } from '#protocol/errors.ts';
import type { RingFind } from './bead-choice.ts';
import type { FrameLevel } from './frame-levels.ts';
import { createRingMeter, RADII } from './ring-measure.ts';

// Rings widen with the distance from the focus: other heights are the same bead.
const STRETCHES = [0.8, 0.84, 0.88, 0.92, 0.96, 1, 1.04, 1.08, 1.12, 1.16, 1.2];
// Rings of half the radius, or twice, are of another bead however alike they look.
const LEAST_SIZE_RATIO = 0.5;

/**
 * The set of rings that a person means who points at a place: the nearest whose clear rings it lies in.
 * @throws {RoiError} when it lies in none
 */
export function seedFind(finds: readonly RingFind[], { xPx, yPx }: { xPx: number; yPx: number }): RingFind {
  const px = (find: RingFind) => Math.hypot(find.x - xPx, find.y - yPx);
  const [nearest] = finds.filter((find) => px(find) < find.radius).sort((a, b) => px(a) - px(b));
  if (nearest) return nearest;
  throw new RoiError({
    where: 'seed bead',
    expected: 'a place inside the rings of a bead',
    received: `x ${xPx.toFixed(1)}, y ${yPx.toFixed(1)} px, where none were found`,
    remedy: 'point at the middle of a bead, or leave the seed out',
  });
}

/**
 * A measure of how like the seed's rings others are, 0 to 1: the root of the correlation of the slopes that all directions
 * share, times how much they share them, times the ratio of the radii above a half. Profiles up to a fifth wider or
 * narrower than the seed's are as alike; all are read at the resolution the seed was found at.
 */
export function createLikeness(levels: readonly FrameLevel[], seed: RingFind): (find: RingFind) => number {
  const level = levels.find(({ scale }) => scale === seed.scale)!;
  const measure = createRingMeter();
  const profile = (find: RingFind, into: Float64Array) =>
    measure(level, (find.x + 0.5) / level.scale - 0.5, (find.y + 0.5) / level.scale - 0.5, into);
  const wanted = new Float64Array(RADII);
  const own = new Float64Array(RADII);
  profile(seed, wanted);
  const reach = Math.min(RADII - 1, Math.ceil(seed.extent / level.scale) + 2);
  return (find) => {
    const { agreement } = profile(find, own);
    const ratio = Math.min(find.radius / seed.radius, seed.radius / find.radius);
    const size = Math.max(0, (ratio - LEAST_SIZE_RATIO) / (1 - LEAST_SIZE_RATIO));
    const alike =
      Math.max(0, ...STRETCHES.map((stretch) => correlation(wanted, own, reach, stretch))) *
      Math.max(0, agreement);
    return Math.min(1, Math.sqrt(alike * size));
  };
}

/** Correlation of a profile of slopes with another one that is drawn together by `stretch`, over the area out to a radius. */
function correlation(one: Float64Array, other: Float64Array, reach: number, stretch: number): number {
  let squares = 0;
  let otherSquares = 0;
  let products = 0;
  for (let radius = 1; radius <= reach; radius++) {
    const at = radius * stretch;
    const below = Math.floor(at);
    if (below + 1 >= other.length) break;
    const value = other[below]! + (other[below + 1]! - other[below]!) * (at - below);
    squares += radius * one[radius]! ** 2;
    otherSquares += radius * value ** 2;
    products += radius * one[radius]! * value;
  }
  return squares > 0 && otherSquares > 0 ? products / Math.sqrt(squares * otherSquares) : 0;
}
