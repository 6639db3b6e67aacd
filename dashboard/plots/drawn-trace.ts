import { SIGMA_OF } from '#protocol/trace-columns.ts';
import type { ShownBead } from '../store/trace-view.ts';
import { Band, decimateBand, decimateTrace, Polyline, TimeBuckets } from './decimate-trace.ts';
import { type MagnitudeFrame, Magnitudes } from './magnitude.ts';
import { type BeadColumn, isPosition } from './plot-definitions.ts';

const NO_FRAME: MagnitudeFrame = { xPx: 0, yPx: 0, pixelSizeNm: Number.NaN };

/** A line and its band as far as they are thinned, and up to where they stay as they are. */
interface DrawnColumn {
  line: Polyline;
  band: Band;
  keptLine: number;
  keptBand: number;
}

/**
 * What is drawn of one bead. Buckets of time that are over are thinned once, however often and in however many plots
 * they are drawn, since points are only added to a trace.
 */
export class DrawnTrace {
  readonly #buckets = new TimeBuckets();
  readonly #pastBuckets = new TimeBuckets();
  readonly #magnitudes = new Magnitudes();
  readonly #columns = new Map<BeadColumn, DrawnColumn>();
  #sources: ShownBead['sources'] | null = null;
  #frame = NO_FRAME;
  #bucketS = Number.NaN;
  #newestS = Number.NEGATIVE_INFINITY;
  /** Number on the grid of the first bucket of the lines, and of the first that is not over. */
  #firstBucket = 0;
  #openBucket = 0;

  /**
   * Thins what has come since the last call.
   * @param bucketS s that a pixel covers
   * @param columns those that are drawn
   * @param frame what magnitudes are measured from; they are thinned anew where it changes, and NaN without
   */
  follow(
    shown: ShownBead,
    bucketS: number,
    columns: readonly BeadColumn[],
    frame: MagnitudeFrame = NO_FRAME,
  ): void {
    const { recent } = shown;
    this.#buckets.sort(recent.timeS, bucketS);
    const { first, count } = this.#buckets;
    const isSame =
      this.#sources?.every((source, at) => source === shown.sources[at]) === true &&
      bucketS === this.#bucketS &&
      (recent.timeS.at(-1) ?? Number.NEGATIVE_INFINITY) >= this.#newestS &&
      first <= this.#openBucket &&
      // What has scrolled out of sight is dropped when it is as much as what is seen.
      first - this.#firstBucket <= Math.max(100, count) &&
      columns.every((column) => this.#columns.has(column)) &&
      (!columns.includes('magnitudeNm') || isSameFrame(frame, this.#frame));
    this.#frame = frame;
    if (!isSame) this.#begin(shown, bucketS, columns);
    const from = Math.max(0, this.#openBucket - first);
    // The newest bucket may get more points.
    const isOver = count - 1;
    for (const column of columns) this.#extend(shown, column, from, isOver);
    this.#openBucket = Math.max(this.#openBucket, first + Math.max(0, isOver));
    this.#newestS = recent.timeS.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** Line and band of a column that was followed, in the unit of the column; the band has no point without a fit. */
  of(column: BeadColumn): { line: Polyline; band: Band } {
    return this.#columns.get(column)!;
  }

  #begin(shown: ShownBead, bucketS: number, columns: readonly BeadColumn[]): void {
    this.#sources = shown.sources;
    this.#bucketS = bucketS;
    this.#firstBucket = this.#buckets.first;
    this.#openBucket = this.#buckets.first;
    for (const column of columns) {
      const drawn = this.#columns.get(column) ?? {
        line: new Polyline(),
        band: new Band(),
        keptLine: 0,
        keptBand: 0,
      };
      const { line, band } = drawn;
      line.length = 0;
      band.length = 0;
      this.#drawPast(shown, column, line);
      if (shown.isTorn && line.length > 0) line.push(line.timeS[line.length - 1]!, Number.NaN);
      drawn.keptLine = line.length;
      drawn.keptBand = 0;
      this.#columns.set(column, drawn);
    }
  }

  #drawPast({ past, pastFrames }: ShownBead, column: BeadColumn, line: Polyline): void {
    if (isPosition(column)) {
      this.#pastBuckets.sort(past.timeS, this.#bucketS);
      decimateTrace(this.#pastBuckets, past[column], 0, this.#pastBuckets.count, line);
    } else if (column === 'magnitudeNm') {
      this.#pastBuckets.sort(pastFrames.timeS, this.#bucketS);
      const values = this.#magnitudes.of(pastFrames, this.#frame);
      decimateTrace(this.#pastBuckets, values, 0, this.#pastBuckets.count, line);
    }
  }

  #extend({ recent }: ShownBead, column: BeadColumn, from: number, isOver: number): void {
    const values =
      column === 'magnitudeNm'
        ? this.#magnitudes.of(recent, this.#frame, this.#buckets.starts[from])
        : recent[column];
    const drawn = this.#columns.get(column)!;
    const { line, band } = drawn;
    line.length = drawn.keptLine;
    band.length = drawn.keptBand;
    if (!values) return;
    const sigmas = isPosition(column) ? recent[SIGMA_OF[column]] : undefined;
    for (const [begin, end] of [
      [from, isOver],
      [Math.max(from, isOver), isOver + 1],
    ] as const) {
      decimateTrace(this.#buckets, values, begin, end, line);
      if (sigmas) decimateBand(this.#buckets, values, sigmas, begin, end, band);
      if (end !== isOver) continue;
      drawn.keptLine = line.length;
      drawn.keptBand = band.length;
    }
  }
}

function isSameFrame(one: MagnitudeFrame, other: MagnitudeFrame): boolean {
  return one.xPx === other.xPx && one.yPx === other.yPx && one.pixelSizeNm === other.pixelSizeNm;
}
