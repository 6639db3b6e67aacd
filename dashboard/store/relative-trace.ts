import { POSITION_COLUMNS, SIGMA_OF, type Trace } from '#protocol/trace-columns.ts';
import { pointsBefore } from './trace-ring.ts';

/**
 * Trace of a bead less the mean of reference beads at the same frame times, so that what moves all of them cancels.
 * Keeps its buffers: the result is valid until the next call.
 */
export class RelativeTrace {
  #buffers: Float64Array[] = [];
  #used = 0;
  #rows = new Int32Array(0);

  /**
   * @param references at least one; points of the same frames have the same times
   * @param own which of them is the bead itself, whose errors cancel; -1 for none
   * @returns x, y and z are NaN where a reference has no such frame or was not found; their standard deviations are of
   *   the difference; all else is that of the bead
   */
  of(bead: Trace, references: readonly Trace[], own = -1): Trace {
    this.#used = 0;
    const points = bead.timeS.length;
    const relative: Trace = { ...bead };
    const share = 1 / references.length;
    const ownShare = own < 0 ? 1 : 1 - share;
    for (const name of POSITION_COLUMNS) {
      const values = this.#buffer(points);
      values.set(bead[name]);
      relative[name] = values;
      const sigmas = bead[SIGMA_OF[name]];
      if (!sigmas) continue;
      const variances = this.#buffer(points);
      for (let point = 0; point < points; point++) variances[point] = (ownShare * sigmas[point]!) ** 2;
      relative[SIGMA_OF[name]] = variances;
    }
    for (const [at, reference] of references.entries()) {
      const rows = this.#match(bead.timeS, reference.timeS);
      for (const name of POSITION_COLUMNS) {
        takeOff(relative[name], reference[name], rows, share);
        const variances = relative[SIGMA_OF[name]];
        if (variances && at !== own) addVariances(variances, reference[SIGMA_OF[name]], rows, share);
      }
    }
    for (const name of POSITION_COLUMNS) {
      const variances = relative[SIGMA_OF[name]];
      if (variances)
        for (let point = 0; point < points; point++) variances[point] = Math.sqrt(variances[point]!);
    }
    return relative;
  }

  /** [point] row of the reference at the same time, -1 for none; valid until the next call. */
  #match(timeS: Float64Array, times: Float64Array): Int32Array {
    if (this.#rows.length < timeS.length) this.#rows = new Int32Array(2 * timeS.length);
    const rows = this.#rows;
    let row = timeS.length > 0 ? pointsBefore(times, timeS[0]!) : 0;
    for (let point = 0; point < timeS.length; point++) {
      while (row < times.length && times[row]! < timeS[point]!) row++;
      // A break has the time of the point before it: each row is used for one point.
      rows[point] = row < times.length && times[row] === timeS[point] ? row++ : -1;
    }
    return rows;
  }

  #buffer(points: number): Float64Array {
    const at = this.#used++;
    if ((this.#buffers[at]?.length ?? 0) < points) this.#buffers[at] = new Float64Array(2 * points);
    return this.#buffers[at]!.subarray(0, points);
  }
}

/** Subtracts a share of the values in these rows; NaN where there is no row. */
function takeOff(values: Float64Array, from: Float64Array, rows: Int32Array, share: number): void {
  for (let point = 0; point < values.length; point++) {
    const row = rows[point]!;
    values[point]! -= row < 0 ? Number.NaN : share * from[row]!;
  }
}

function addVariances(
  variances: Float64Array,
  sigmas: Float64Array | undefined,
  rows: Int32Array,
  share: number,
): void {
  for (let point = 0; point < variances.length; point++) {
    const row = rows[point]!;
    variances[point]! += row < 0 || !sigmas ? Number.NaN : (share * sigmas[row]!) ** 2;
  }
}
