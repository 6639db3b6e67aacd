import type { StaleZLut } from '#protocol/sweep.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import type { TrackedFrames, TrackSink } from './track-sink.ts';

/** Frames of a block, whose median is one value: noise from frame to frame is no news. */
const BLOCK = 50;
/** Blocks whose median says how it is now: two of them may be of something that passed by. */
const NOW = 5;
/** Blocks of the past at least, and at most; more are thinned out, so that they go back to the beginning. */
const LEAST_PAST = 12;
const MOST_PAST = 128;
/** Standard deviations by which a bead must have changed: of the past from block to block, which a slow fall leaves small. */
const SIGMAS = 6;
/** And by how much at least: match scores of a good table lie closer than its z cares for. */
const LEAST_FALL = 0.02;
/** Of chi-squared, as a share of what it was. */
const LEAST_RISE = 0.5;
/** From the median absolute deviation to the standard deviation. */
const SD_OF_MAD = 1.4826;

/** A frame with one of these says nothing of the Z-LUT. */
const NO_MATCH =
  TRACK_STATUS['no-light'] |
  TRACK_STATUS.lost |
  TRACK_STATUS['out-of-range'] |
  TRACK_STATUS['no-zlut'] |
  TRACK_STATUS['roi-edge'] |
  TRACK_STATUS['lut-end'];

type Measure = StaleZLut['measure'];

/**
 * Tells when beads do not look like their Z-LUTs any more: the match score falls, or chi-squared rises, against what
 * it has been since the Z-LUT was assigned. Frames in which a bead is lost or outside the range do not count.
 */
export class ZLutStaleness implements TrackSink {
  readonly #hasZLut: (bead: number) => boolean;
  readonly #onStale: (stale: StaleZLut) => void;
  readonly #histories = new Map<number, { score: History; chiSquared: History | null }>();

  /** @param onStale told once when a Z-LUT becomes stale */
  constructor(hasZLut: (bead: number) => boolean, onStale: (stale: StaleZLut) => void) {
    this.#hasZLut = hasZLut;
    this.#onStale = onStale;
  }

  /** Z-LUTs that are stale now. */
  list(): StaleZLut[] {
    return [...this.#histories].flatMap(([bead, { score, chiSquared }]) => {
      const stale = score.stale('score', bead) ?? chiSquared?.stale('chi-squared', bead);
      return stale ? [stale] : [];
    });
  }

  /** Begins anew for a bead, whose Z-LUT is another or whose ROI was moved. */
  forget(bead: number): void {
    this.#histories.delete(bead);
  }

  tracked({ rois, table }: TrackedFrames): void {
    const beads = rois.length;
    for (let index = 0; index < beads; index++) {
      const { bead } = rois[index]!;
      if (!this.#hasZLut(bead)) continue;
      let history = this.#histories.get(bead);
      if (!history) {
        history = { score: new History(-1), chiSquared: table.fits ? new History(1) : null };
        this.#histories.set(bead, history);
      }
      for (let row = index; row < table.frames * beads; row += beads) {
        if ((table.status[row]! & NO_MATCH) !== 0) continue;
        if (history.score.add(table.score[row]!)) this.#tell('score', bead, history.score);
        const { chiSquared } = history;
        if (chiSquared?.add(table.chiSquared[row]!)) this.#tell('chi-squared', bead, chiSquared);
      }
    }
  }

  async close(): Promise<void> {}

  #tell(measure: Measure, bead: number, history: History): void {
    const stale = history.stale(measure, bead);
    if (stale) this.#onStale(stale);
  }
}

const scratch = new Float64Array(MOST_PAST);

/** What one measure of one bead has been, and is. */
class History {
  /** -1 when it is worse to fall, 1 when it is worse to rise. */
  readonly #worse: -1 | 1;
  readonly #block = new Float64Array(BLOCK);
  #inBlock = 0;
  readonly #now = new Float64Array(NOW);
  #blocks = 0;
  readonly #past = new Float64Array(MOST_PAST);
  #inPast = 0;
  /** Blocks for each one that is kept of the past. */
  #stride = 1;
  #isStale = false;
  #usual = Number.NaN;
  #sd = Number.NaN;
  #current = Number.NaN;

  constructor(worse: -1 | 1) {
    this.#worse = worse;
  }

  /** @returns whether it has become stale by this value */
  add(value: number): boolean {
    if (Number.isNaN(value)) return false;
    this.#block[this.#inBlock++] = value;
    if (this.#inBlock < BLOCK) return false;
    this.#inBlock = 0;
    this.#block.sort();
    const leaving = this.#now[this.#blocks % NOW]!;
    this.#now[this.#blocks % NOW] = this.#block[BLOCK >> 1]!;
    this.#blocks++;
    // What is stale must not become usual.
    if (this.#blocks > NOW && !this.#isStale && this.#blocks % this.#stride === 0) this.#keep(leaving);
    return this.#judge();
  }

  stale(measure: Measure, bead: number): StaleZLut | null {
    if (!this.#isStale) return null;
    return { bead, measure, now: this.#current, usual: this.#usual, sd: this.#sd };
  }

  #keep(median: number): void {
    if (this.#inPast === MOST_PAST) {
      for (let index = 0; index < MOST_PAST / 2; index++) this.#past[index] = this.#past[2 * index]!;
      this.#inPast = MOST_PAST / 2;
      this.#stride *= 2;
    }
    this.#past[this.#inPast++] = median;
  }

  #judge(): boolean {
    if (this.#inPast < LEAST_PAST) return false;
    const past = scratch.subarray(0, this.#inPast);
    past.set(this.#past.subarray(0, this.#inPast));
    past.sort();
    this.#usual = past[this.#inPast >> 1]!;
    const steps = past.subarray(1);
    for (let index = 0; index < steps.length; index++) {
      steps[index] = Math.abs(this.#past[index + 1]! - this.#past[index]!);
    }
    steps.sort();
    this.#sd = (SD_OF_MAD * steps[steps.length >> 1]!) / Math.SQRT2;
    const now = scratch.subarray(0, NOW);
    now.set(this.#now);
    now.sort();
    this.#current = now[NOW >> 1]!;
    const change = this.#worse * (this.#current - this.#usual);
    const least = this.#worse < 0 ? LEAST_FALL : LEAST_RISE * this.#usual;
    const limit = Math.max(SIGMAS * this.#sd, least);
    const was = this.#isStale;
    // Half-way back is well again: it would else flicker at the limit.
    this.#isStale = change > (was ? limit / 2 : limit);
    return this.#isStale && !was;
  }
}
