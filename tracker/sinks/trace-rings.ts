import type { TraceHistory } from '#protocol/live.ts';
import type { Roi } from '#protocol/roi.ts';
import { POSITION_COLUMNS, type PositionColumn } from '#protocol/trace-columns.ts';
import type { TrackTable } from '#protocol/track-table.ts';

/** Finest buckets a second; whole, so that a camera of 20 fps fills each. */
const FINEST_PER_S = 20;

/** What is remembered, finest first: two minutes of 50 ms, an hour of seconds, a day of 10 s. */
export const TRACE_LEVELS = [
  { finestBuckets: 1, buckets: 2400 },
  { finestBuckets: 20, buckets: 3600 },
  { finestBuckets: 200, buckets: 8640 },
].map((level) => ({ ...level, bucketS: level.finestBuckets / FINEST_PER_S }));

// Smallest, largest and last x, y and z of a bucket, side by side: the bucket of a bead is one line of the cache.
const AXES = POSITION_COLUMNS.length;
const LARGEST = AXES;
const LAST = 2 * AXES;
const VALUES = 3 * AXES;

/** What the rings of one bead take. */
export const TRACE_BYTES_PER_BEAD = TRACE_LEVELS.reduce((sum, { buckets }) => sum + 4 * VALUES * buckets, 0);

/** The rings of one bead, [level][slot, value] from the corner its ROI had at first: 32 bits are plenty there. */
interface BeadRings {
  bead: number;
  levels: readonly Float32Array[];
  /** [axis] */
  origin: readonly number[];
  /** Finest bucket in which it was new. */
  since: number;
}

/**
 * Minima, maxima and last values of every bead over the last minutes, hour and day, at three resolutions.
 * Takes `TRACE_BYTES_PER_BEAD` for each bead, whatever the frame rate, and allocates only when a bead comes.
 */
export class TraceRings {
  readonly #beads = new Map<number, BeadRings>();
  /** [bead] rings in the order of `#rois`. */
  readonly #order: BeadRings[] = [];
  #rois: readonly Roi[] = [];
  /** [level][slot] number of the bucket a slot holds, for all beads. */
  readonly #bucketOf = TRACE_LEVELS.map(({ buckets }) => new Float64Array(buckets).fill(-1));
  /** [level] number of the bucket being filled. */
  readonly #open = TRACE_LEVELS.map(() => -1);
  #newestS = Number.NaN;

  /** Beads that are remembered. */
  get beads(): number {
    return this.#beads.size;
  }

  /**
   * Takes the points of one frame.
   * @param timeS s since the first frame, not before that of the last call
   * @param firstRow row of the first bead; the others follow in the order of `rois`
   */
  add(timeS: number, rois: readonly Roi[], table: TrackTable, firstRow: number): void {
    const bucket = Math.floor(timeS * FINEST_PER_S);
    if (rois !== this.#rois) this.#follow(rois, bucket);
    if (bucket !== this.#open[0]) this.#openBucket(bucket);
    this.#newestS = timeS;
    const at = (bucket % TRACE_LEVELS[0]!.buckets) * VALUES;
    for (let index = 0; index < rois.length; index++) {
      const { levels, origin } = this.#order[index]!;
      const row = firstRow + index;
      for (let axis = 0; axis < AXES; axis++) {
        note(levels[0]!, at + axis, table[POSITION_COLUMNS[axis]!][row]! - origin[axis]!);
      }
    }
  }

  /**
   * The last `seconds` of a bead in the finest buckets that reach so far back; null for a bead that has no frame yet.
   * Buckets without a frame are left out; a bucket in which the bead was lost throughout is NaN.
   */
  history(bead: number, seconds: number): TraceHistory | null {
    const rings = this.#beads.get(bead);
    if (!rings) return null;
    const last = TRACE_LEVELS.length - 1;
    const level = TRACE_LEVELS.findIndex(({ buckets, bucketS }) => buckets * bucketS >= seconds);
    return this.#read(rings, level < 0 ? last : level, seconds);
  }

  #read(rings: BeadRings, level: number, seconds: number): TraceHistory {
    // Coarse buckets are filled when a finer one ends; merging the open ones early changes nothing.
    for (let finer = 0; finer < level; finer++) this.#merge(rings, finer);
    const { buckets, bucketS, finestBuckets } = TRACE_LEVELS[level]!;
    const open = this.#open[level]!;
    const since = Math.floor(rings.since / finestBuckets);
    const first = Math.max(since, open - buckets + 1, Math.floor((this.#newestS - seconds) / bucketS), 0);
    const slots: number[] = [];
    for (let bucket = first; bucket <= open; bucket++) {
      if (this.#bucketOf[level]![bucket % buckets] === bucket) slots.push(bucket % buckets);
    }
    const ring = rings.levels[level]!;
    const columns = (extreme: number) =>
      Object.fromEntries(
        POSITION_COLUMNS.map((name, axis) => [
          name,
          Float64Array.from(slots, (slot) => ring[slot * VALUES + extreme + axis]! + rings.origin[axis]!),
        ]),
      ) as Record<PositionColumn, Float64Array>;
    return {
      bead: rings.bead,
      bucketS,
      untilS: this.#newestS,
      timeS: Float64Array.from(
        slots,
        (slot) => (this.#bucketOf[level]![slot]! * finestBuckets) / FINEST_PER_S,
      ),
      min: columns(0),
      max: columns(LARGEST),
      last: columns(LAST),
    };
  }

  /** Other ROIs: beads that are gone are forgotten, new ones begin in this bucket. */
  #follow(rois: readonly Roi[], bucket: number): void {
    this.#rois = rois;
    this.#order.length = 0;
    for (const { bead, left, top } of rois) {
      let rings = this.#beads.get(bead);
      if (!rings) {
        const levels = TRACE_LEVELS.map(({ buckets }) => new Float32Array(buckets * VALUES));
        rings = { bead, levels, origin: [left, top, 0], since: bucket };
        for (const [level, ring] of levels.entries()) clear(ring, this.#slotOf(level));
        this.#beads.set(bead, rings);
      }
      this.#order.push(rings);
    }
    if (this.#beads.size === rois.length) return;
    const kept = new Set(this.#order);
    for (const [bead, rings] of this.#beads) if (!kept.has(rings)) this.#beads.delete(bead);
  }

  #openBucket(bucket: number): void {
    const number = (level: number) => Math.floor(bucket / TRACE_LEVELS[level]!.finestBuckets);
    // All that ends goes into the coarser bucket it lies in before any of those is opened anew.
    for (let level = 0; level < TRACE_LEVELS.length - 1; level++) {
      if (number(level) === this.#open[level]) break;
      for (const rings of this.#order) this.#merge(rings, level);
    }
    for (let level = 0; level < TRACE_LEVELS.length; level++) {
      if (number(level) === this.#open[level]) break;
      this.#open[level] = number(level);
      const slot = this.#slotOf(level);
      this.#bucketOf[level]![slot] = number(level);
      for (const { levels } of this.#order) clear(levels[level]!, slot);
    }
  }

  /** Adds the open bucket of a level to the open one of the next coarser level. */
  #merge({ levels }: BeadRings, level: number): void {
    if (this.#open[level]! < 0) return;
    const from = levels[level]!;
    const into = levels[level + 1]!;
    const fine = this.#slotOf(level) * VALUES;
    const coarse = this.#slotOf(level + 1) * VALUES;
    for (let axis = 0; axis < AXES; axis++) {
      note(into, coarse + axis, from[fine + axis]!);
      note(into, coarse + axis, from[fine + axis + LARGEST]!);
      into[coarse + axis + LAST] = from[fine + axis + LAST]!;
    }
  }

  #slotOf(level: number): number {
    return Math.max(0, this.#open[level]!) % TRACE_LEVELS[level]!.buckets;
  }
}

/** Takes a value into a bucket; NaN is no minimum and no maximum, but may be the last. */
function note(ring: Float32Array, at: number, value: number): void {
  const smallest = ring[at]!;
  const largest = ring[at + LARGEST]!;
  if (value < smallest || Number.isNaN(smallest)) ring[at] = value;
  if (value > largest || Number.isNaN(largest)) ring[at + LARGEST] = value;
  ring[at + LAST] = value;
}

function clear(ring: Float32Array, slot: number): void {
  ring.fill(Number.NaN, slot * VALUES, (slot + 1) * VALUES);
}
