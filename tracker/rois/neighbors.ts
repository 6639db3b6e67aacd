import { distance, type RingFind } from './bead-choice.ts';

/** Rings that stand for so many beads. */
export interface CountedBeads {
  find: RingFind;
  beads: number;
}

/**
 * Beads in the group of each: beads within a distance of one another, and of one of those, and so on.
 * @param withinPx px between middles; two beads within one another reach half a radius further
 */
export function groupSizes<T extends CountedBeads>(all: readonly T[], withinPx: number): Map<T, number> {
  const sizes = new Map<T, number>();
  for (const first of all) {
    if (sizes.has(first)) continue;
    const group = new Set([first]);
    // A set gives what is added to it while it is walked through.
    for (const member of group) {
      for (const other of all) {
        if (distance(member.find, other.find) < withinPx + reach(member) + reach(other)) group.add(other);
      }
    }
    const beads = [...group].reduce((sum, member) => sum + member.beads, 0);
    for (const member of group) sizes.set(member, beads);
  }
  return sizes;
}

/** Distance of the nearest other one, px; null without one. */
export function nearestPx(one: CountedBeads, all: readonly CountedBeads[]): number | null {
  let nearest: number | null = null;
  for (const other of all) {
    if (other === one) continue;
    const px = distance(one.find, other.find);
    if (nearest === null || px < nearest) nearest = px;
  }
  return nearest;
}

function reach({ find, beads }: CountedBeads): number {
  return beads > 1 ? find.radius / 2 : 0;
}
