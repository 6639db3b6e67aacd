export interface EventScore {
  /** Share of the true events that were found, and share of the found ones that are true. */
  recall: number;
  precision: number;
  /** Frames from a true event to its find, median. */
  latency: number;
}

export interface ScoreOptions {
  /** Frames in which events count: `last` is not one of them. */
  first: number;
  last: number;
  /** A find is true if it comes at most so many frames before or after an event that has no other. */
  before: number;
  after: number;
}

/** Holds events against the truth, per neuron its frames in ascending order. */
export function scoreEvents(
  found: readonly (readonly number[])[],
  truth: readonly (readonly number[])[],
  { first, last, before, after }: ScoreOptions,
): EventScore {
  const latencies: number[] = [];
  let [finds, events] = [0, 0];
  for (const [neuron, ofNeuron] of truth.entries()) {
    const left = ofNeuron.filter((frame) => frame >= first && frame < last);
    events += left.length;
    for (const find of found[neuron]!) {
      if (find < first || find >= last) continue;
      finds++;
      const match = left.findIndex((frame) => find - frame >= -before && find - frame <= after);
      if (match >= 0) latencies.push(find - left.splice(match, 1)[0]!);
    }
  }
  latencies.sort((a, b) => a - b);
  return {
    recall: latencies.length / events,
    precision: latencies.length / finds,
    latency: latencies[latencies.length >> 1]!,
  };
}
