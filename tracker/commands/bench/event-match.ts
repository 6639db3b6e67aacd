/** Events found against those that truly were. */
export interface EventScore {
  transients: number;
  found: number;
  /** Of all transients, those found; NaN of none. */
  recall: number;
  /** Of all that was found, what is a transient; NaN of none. */
  precision: number;
  /** [match] frames from the onset of a transient to its event. */
  latencies: number[];
}

/**
 * Onsets of transients: a spike begins one, and those that follow within the time in which no other event can be
 * found belong to it.
 *
 * @param spikes [frame] spikes since the frame before
 * @param frames of that time
 * @returns frames, ascending
 */
export function transientsOf(spikes: ArrayLike<number>, frames: number): number[] {
  const onsets: number[] = [];
  for (let frame = 0; frame < spikes.length; frame++) {
    const last = onsets.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (spikes[frame]! > 0 && frame - last >= frames) onsets.push(frame);
  }
  return onsets;
}

/**
 * Gives every transient the first event that is not before its onset and not later than allowed, each event to one
 * transient at most.
 *
 * @param onsets of one cell, ascending
 * @param events of the same cell, ascending
 */
export function matchEvents(
  onsets: readonly number[],
  events: readonly number[],
  latestFrames: number,
): { latencies: number[]; extra: number } {
  const latencies: number[] = [];
  let next = 0;
  let extra = 0;
  for (const onset of onsets) {
    for (; next < events.length && events[next]! < onset; next++) extra++;
    if (next < events.length && events[next]! - onset <= latestFrames)
      latencies.push(events[next++]! - onset);
  }
  return { latencies, extra: extra + events.length - next };
}

/** Scores of all cells together. */
export function scoreEvents(
  cells: readonly { onsets: readonly number[]; events: readonly number[] }[],
  latestFrames: number,
): EventScore {
  const matches = cells.map(({ onsets, events }) => matchEvents(onsets, events, latestFrames));
  const latencies = matches.flatMap((match) => match.latencies);
  const extra = matches.reduce((sum, match) => sum + match.extra, 0);
  const transients = cells.reduce((sum, { onsets }) => sum + onsets.length, 0);
  const found = latencies.length + extra;
  return {
    transients,
    found,
    recall: latencies.length / transients,
    precision: latencies.length / found,
    latencies,
  };
}
