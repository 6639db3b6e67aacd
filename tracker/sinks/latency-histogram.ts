/** Ratio of neighboring bounds 2^(1/16): a quantile is off by 4.4 % at most. */
const BUCKETS_PER_OCTAVE = 16;
/** 1 µs to 134 s; what is shorter or longer is in the first and the last bucket. */
const OCTAVES = 27;
const BUCKETS = BUCKETS_PER_OCTAVE * OCTAVES + 1;

/** Upper bounds by octave, µs, as `octaveCounts` counts. */
export const OCTAVE_BOUNDS_US: readonly number[] = Array.from(
  { length: OCTAVES },
  (_, octave) => 2 ** octave,
);

/** Counts of durations in buckets of fixed bounds; adding one allocates nothing. */
export class LatencyHistogram {
  /** [bucket] below 1 µs, then 16 an octave. */
  readonly #counts = new Float64Array(BUCKETS);
  /** [bucket] as they were when the interval began. */
  readonly #before = new Float64Array(BUCKETS);
  #count = 0;
  #sumUs = 0;
  #maxUs = Number.NaN;

  get count(): number {
    return this.#count;
  }

  get sumUs(): number {
    return this.#sumUs;
  }

  /** NaN before the first. */
  get maxUs(): number {
    return this.#maxUs;
  }

  /** @param us a duration, not negative */
  add(us: number): void {
    const bucket = us < 1 ? 0 : 1 + Math.min(BUCKETS - 2, Math.floor(Math.log2(us) * BUCKETS_PER_OCTAVE));
    this.#counts[bucket]!++;
    this.#count++;
    this.#sumUs += us;
    if (!(us <= this.#maxUs)) this.#maxUs = us;
  }

  /** What this share of all durations took at most, µs; NaN when there was none. */
  quantileUs(share: number): number {
    return quantileUs(this.#counts, null, share);
  }

  /** The same over the durations since `startInterval`. */
  intervalQuantileUs(share: number): number {
    return quantileUs(this.#counts, this.#before, share);
  }

  startInterval(): void {
    this.#before.set(this.#counts);
  }

  /** [octave] how many durations were shorter than each of `OCTAVE_BOUNDS_US`. */
  octaveCounts(): number[] {
    let below = 0;
    let bucket = 0;
    return OCTAVE_BOUNDS_US.map((_, octave) => {
      for (; bucket <= octave * BUCKETS_PER_OCTAVE; bucket++) below += this.#counts[bucket]!;
      return below;
    });
  }
}

/** Evenly spread within its bucket, in the logarithm, a share lies where the count reaches it. */
function quantileUs(counts: Float64Array, before: Float64Array | null, share: number): number {
  let total = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) total += counts[bucket]! - (before?.[bucket] ?? 0);
  if (total === 0) return Number.NaN;
  const rank = share * total;
  let below = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket]! - (before?.[bucket] ?? 0);
    if (count > 0 && below + count >= rank) {
      // Below the first bound there is nothing to tell.
      if (bucket === 0) return 1;
      return 2 ** ((bucket - 1 + (rank - below) / count) / BUCKETS_PER_OCTAVE);
    }
    below += count;
  }
  return Number.NaN;
}
