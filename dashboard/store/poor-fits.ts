import type { NewestPoints } from '#protocol/live.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';

/** Messages, 20 a second, for which a fit must be poor, or good, to be told: single points may be either. */
const STEADY = 40;
const MOST_NAMED = 8;

/** Notices beads whose fits are poor for longer than a moment. */
export class PoorFits {
  /** By bead: messages in a row, above zero while they are poor, below while they are good. */
  readonly #runs = new Map<number, number>();
  readonly #told = new Set<number>();

  /** Words for beads whose fits have become poor since the last call; null when there are none. */
  note({ beads, status }: NewestPoints): string | null {
    const fresh: number[] = [];
    for (const [at, bead] of beads.entries()) {
      const isPoor = (status[at]! & TRACK_STATUS['poor-fit']) !== 0;
      const before = this.#runs.get(bead) ?? 0;
      const run = isPoor ? Math.max(0, before) + 1 : Math.min(0, before) - 1;
      this.#runs.set(bead, run);
      if (run <= -STEADY) this.#told.delete(bead);
      if (run < STEADY || this.#told.has(bead)) continue;
      this.#told.add(bead);
      fresh.push(bead);
    }
    if (this.#runs.size > beads.length) this.#forget(new Set(beads));
    return fresh.length > 0 ? describe(fresh) : null;
  }

  #forget(kept: ReadonlySet<number>): void {
    for (const bead of this.#runs.keys()) if (!kept.has(bead)) this.#runs.delete(bead);
    for (const bead of this.#told) if (!kept.has(bead)) this.#told.delete(bead);
  }
}

function describe(beads: readonly number[]): string {
  const named = beads.slice(0, MOST_NAMED).join(', ');
  const more = beads.length > MOST_NAMED ? ` and ${beads.length - MOST_NAMED} more` : '';
  const images = beads.length > 1 ? 'their images are not quite those' : 'its image is not quite that';
  return `poor fit of bead${beads.length > 1 ? 's' : ''} ${named}${more}: ${images} of the model in the Z-LUT; look for dirt, a neighbor, or the Z-LUT of another bead`;
}
