import { type Data, Float32, Float64, Int64, makeData, Uint16, Uint32 } from 'apache-arrow';
import type { TrackedFrames } from '#sinks/track-sink.ts';

/** How far off the numbers of a row may be, of plans that fit a model; in the order of the file. */
export const FIT_COLUMNS = ['sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const;

/** [row] of each column of a fit. */
export type FitColumns = Record<(typeof FIT_COLUMNS)[number], Float32Array>;

/** Rows of tracks as columns, [row], a row for each bead of each frame; only the first `rows` count. */
export interface TrackColumns {
  rows: number;
  frame: Uint32Array;
  timeNs: BigInt64Array;
  bead: Uint32Array;
  xPx: Float64Array;
  yPx: Float64Array;
  zNm: Float64Array;
  score: Float32Array;
  status: Uint16Array;
  /** null of a plan that fits nothing. */
  fit: FitColumns | null;
}

const BYTES_PER_ROW = 46;
const FIT_BYTES_PER_ROW = 4 * FIT_COLUMNS.length;

/** Tracks waiting to be written: columns allocated once and filled again and again. */
export class TrackBlock {
  #columns: TrackColumns;

  /**
   * @param capacity rows; one frame with more beads than that makes the block grow
   * @param fits whether the tracks are of a plan that fits a model
   */
  constructor(capacity: number, fits = false) {
    this.#columns = columnsOf(capacity, fits);
  }

  get columns(): Readonly<TrackColumns> {
    return this.#columns;
  }

  get rows(): number {
    return this.#columns.rows;
  }

  get bytes(): number {
    return this.rows * (BYTES_PER_ROW + (this.#columns.fit ? FIT_BYTES_PER_ROW : 0));
  }

  clear(): void {
    this.#columns.rows = 0;
  }

  /**
   * Copies whole frames of a batch, from frame `from` on, as many as fit; at least one if the block is empty.
   * @returns the first frame that did not fit
   */
  add(batch: TrackedFrames, from: number): number {
    const { rois, frames, table } = batch;
    const beads = rois.length;
    if (this.rows === 0 && beads > this.#columns.frame.length) {
      this.#columns = columnsOf(beads, this.#columns.fit !== null);
    }
    const into = this.#columns;
    const start = into.rows;
    const room = beads === 0 ? frames.length : Math.floor((into.frame.length - start) / beads);
    const to = Math.min(frames.length, from + room);
    for (let index = from; index < to; index++) {
      const { id, timeNs } = frames[index]!;
      const row = into.rows;
      into.frame.fill(id, row, row + beads);
      into.timeNs.fill(timeNs, row, row + beads);
      for (let bead = 0; bead < beads; bead++) into.bead[row + bead] = rois[bead]!.bead;
      into.rows += beads;
    }
    const first = from * beads;
    const end = to * beads;
    into.xPx.set(table.xPx.subarray(first, end), start);
    into.yPx.set(table.yPx.subarray(first, end), start);
    into.zNm.set(table.zNm.subarray(first, end), start);
    into.score.set(table.score.subarray(first, end), start);
    into.status.set(table.status.subarray(first, end), start);
    if (into.fit) {
      for (const name of FIT_COLUMNS) {
        if (table.fits) into.fit[name].set(table[name].subarray(first, end), start);
        else into.fit[name].fill(Number.NaN, start, into.rows);
      }
    }
    return to;
  }

  /** The rows as Arrow columns in the order of `tracksSchema`, over the block's own memory. */
  toArrow(): Data[] {
    const { rows: length, frame, timeNs, bead, xPx, yPx, zNm, score, status, fit } = this.#columns;
    const facts = { length, nullCount: 0 };
    return [
      makeData({ ...facts, type: new Uint32(), data: frame.subarray(0, length) }),
      makeData({ ...facts, type: new Int64(), data: timeNs.subarray(0, length) }),
      makeData({ ...facts, type: new Uint32(), data: bead.subarray(0, length) }),
      makeData({ ...facts, type: new Float64(), data: xPx.subarray(0, length) }),
      makeData({ ...facts, type: new Float64(), data: yPx.subarray(0, length) }),
      makeData({ ...facts, type: new Float64(), data: zNm.subarray(0, length) }),
      makeData({ ...facts, type: new Float32(), data: score.subarray(0, length) }),
      makeData({ ...facts, type: new Uint16(), data: status.subarray(0, length) }),
      ...(fit ? FIT_COLUMNS.map((name) => fit[name]) : []).map((column) =>
        makeData({ ...facts, type: new Float32(), data: column.subarray(0, length) }),
      ),
    ];
  }
}

function columnsOf(capacity: number, fits: boolean): TrackColumns {
  const column = () => new Float32Array(capacity);
  return {
    rows: 0,
    frame: new Uint32Array(capacity),
    timeNs: new BigInt64Array(capacity),
    bead: new Uint32Array(capacity),
    xPx: new Float64Array(capacity),
    yPx: new Float64Array(capacity),
    zNm: new Float64Array(capacity),
    score: new Float32Array(capacity),
    status: new Uint16Array(capacity),
    fit: fits ? { sigmaXPx: column(), sigmaYPx: column(), sigmaZNm: column(), chiSquared: column() } : null,
  };
}
