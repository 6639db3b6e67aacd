import type { NewestPoint } from '../../store/newest-points.ts';

/** Points of a sparkline. */
const POINTS = 60;

/** Heights of one bead in the last seconds. */
export interface Spark {
  /** [point] nm, a ring; NaN where the bead had no z. */
  zNm: Float64Array;
  /** Where the next point goes. */
  next: number;
}

/** The z of every bead over the last half minute, a point each half second, for lines a few px high. */
export class ZSparks {
  readonly #sparks = new Map<number, Spark>();

  /** Takes the newest points; beads that are gone are forgotten. */
  add(newest: ReadonlyMap<number, NewestPoint>): void {
    for (const bead of this.#sparks.keys()) if (!newest.has(bead)) this.#sparks.delete(bead);
    for (const [bead, { zNm }] of newest) {
      let spark = this.#sparks.get(bead);
      if (!spark) {
        spark = { zNm: new Float64Array(POINTS).fill(Number.NaN), next: 0 };
        this.#sparks.set(bead, spark);
      }
      spark.zNm[spark.next] = zNm;
      spark.next = (spark.next + 1) % POINTS;
    }
  }

  /** [point] z of a bead, oldest first, NaN before it was known. */
  of(bead: number): Float64Array {
    const spark = this.#sparks.get(bead);
    if (!spark) return new Float64Array(0);
    const { zNm, next } = spark;
    const ordered = new Float64Array(POINTS);
    ordered.set(zNm.subarray(next));
    ordered.set(zNm.subarray(0, next), POINTS - next);
    return ordered;
  }
}
