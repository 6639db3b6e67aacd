import type { RingMeasure } from './ring-measure.ts';

/** Rings found at a place of the frame; x, y, radius and extent in px of the frame. */
export interface RingFind extends RingMeasure {
  x: number;
  y: number;
  /** Of the level they were found at. */
  scale: number;
}

// Rings of one bead are found at several scales; unless roundness speaks for it, a coarser one is not better.
const COARSER_LEVEL_DISCOUNT = 0.8;
// Beads of one kind are as round as the typical bead to within this, and their rings within this factor in radius.
const MAX_AGREEMENT_DEFICIT = 0.1;
const MAX_RADIUS_RATIO = 3;

/** One find for each set of rings: the strongest and roundest of those that share a middle. */
export function oneEach(finds: readonly RingFind[]): RingFind[] {
  const rank = ({ strength, lowAgreement, scale }: RingFind) =>
    strength * lowAgreement ** 4 * COARSER_LEVEL_DISCOUNT ** Math.log2(scale);
  const kept: RingFind[] = [];
  for (const find of [...finds].sort((a, b) => rank(b) - rank(a))) {
    // Touching beads are a diameter apart, and a bead is less than half as wide as its outermost clear ring.
    const taken = kept.some((other) => distance(find, other) < Math.max(4, other.radius / 2));
    if (!taken) kept.push(find);
  }
  return kept;
}

/** What beads of one kind have in common. */
export type RingKind = Pick<RingFind, 'strength' | 'radius' | 'agreement'>;

/** How far a find may be from its kind. */
export interface KindLimits {
  /** Least strength as a share of the kind's. */
  minRelativeStrength: number;
  /** How much less it may agree. Default 0.1. */
  maxDeficit?: number;
  /** Largest ratio of radii, either way. Default 3. */
  maxRadiusRatio?: number;
}

/**
 * Kind of the typical find: the beads of a frame are many of a kind, or few but large and strong.
 *
 * Typical is the median weighted by strength, area and, steeply, roundness: two beads outweigh a hundred specks of dust,
 * and twenty beads one large shadow.
 */
export function typicalKind(finds: readonly RingFind[]): RingKind {
  const typical = (key: keyof RingKind) => weightedMedian(finds, (find) => find[key], weight);
  return { strength: typical('strength'), radius: typical('radius'), agreement: typical('agreement') };
}

/** Whether a find is strong, round and large enough for its kind, and not too large. */
export function isOfKind(find: RingFind, kind: RingKind, limits: KindLimits): boolean {
  const {
    minRelativeStrength,
    maxDeficit = MAX_AGREEMENT_DEFICIT,
    maxRadiusRatio = MAX_RADIUS_RATIO,
  } = limits;
  return (
    find.strength >= minRelativeStrength * kind.strength &&
    find.agreement >= kind.agreement - maxDeficit &&
    find.radius * maxRadiusRatio >= kind.radius &&
    find.radius <= kind.radius * maxRadiusRatio
  );
}

/** Finds that resemble the typical one. */
export function ofOneKind(finds: readonly RingFind[], minRelativeStrength: number): RingFind[] {
  const kind = typicalKind(finds);
  return finds.filter((find) => isOfKind(find, kind, { minRelativeStrength }));
}

function weight({ strength, radius, agreement, lowAgreement }: RingFind): number {
  return strength * radius ** 2 * (agreement * lowAgreement) ** 6;
}

function weightedMedian<T>(
  items: readonly T[],
  value: (item: T) => number,
  weightOf: (item: T) => number,
): number {
  const sorted = [...items].sort((a, b) => value(a) - value(b));
  const half = items.reduce((sum, item) => sum + weightOf(item), 0) / 2;
  let sum = 0;
  for (const item of sorted) {
    sum += weightOf(item);
    if (sum >= half) return value(item);
  }
  return 0;
}

export function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
