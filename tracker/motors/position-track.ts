/** How far from a reading a position is taken for known, ns: a motor that is silent for longer may be anywhere. */
const KNOWN_NS = 2e9;
/** Readings kept: ten seconds of a move that is watched 50 times a second. */
const KEPT = 512;

interface Reading {
  at: number;
  atNs: bigint;
}

/** The newest readings of one motor, and where it was in between. */
export class PositionTrack {
  #readings: Reading[] = [];

  /** Time of the newest reading, ns; null before the first. */
  get newestNs(): bigint | null {
    return this.#readings.at(-1)?.atNs ?? null;
  }

  note(at: number, atNs: bigint): void {
    if (!Number.isFinite(at)) return;
    const newest = this.newestNs;
    // A clock that was set back: what was read before says nothing of the times to come.
    if (newest !== null && atNs < newest) this.#readings = [];
    if (atNs === newest) this.#readings.pop();
    this.#readings.push({ at, atNs });
    if (this.#readings.length > KEPT) this.#readings.shift();
  }

  /** Position at a time: between two readings on the straight line, beside them the nearest; null where it is not known. */
  at(timeNs: bigint): number | null {
    const readings = this.#readings;
    let after = readings.length;
    while (after > 0 && readings[after - 1]!.atNs > timeNs) after--;
    const before = readings[after - 1];
    const next = readings[after];
    const sinceNs = before ? Number(timeNs - before.atNs) : Number.POSITIVE_INFINITY;
    const untilNs = next ? Number(next.atNs - timeNs) : Number.POSITIVE_INFINITY;
    if (before && next && sinceNs + untilNs <= KNOWN_NS) {
      return before.at + ((next.at - before.at) * sinceNs) / (sinceNs + untilNs);
    }
    const nearest = sinceNs <= untilNs ? before : next;
    return nearest && Math.min(sinceNs, untilNs) <= KNOWN_NS ? nearest.at : null;
  }
}
