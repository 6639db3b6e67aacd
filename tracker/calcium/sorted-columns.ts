import { reflected } from './gaussian-line.ts';
import type { NdArray, NdValues } from './nd-array.ts';

/**
 * Upper median of a full box around every pixel, mirrored borders.
 *
 * What the box covers of each image column is sorted once and used for as many pixels as the box is wide; the median
 * is found by merging those sorted columns half way.
 *
 * @param images [frame, row, column]
 * @param box sizes [frame, row, column]; its element size // 2 lies on the pixel
 * @param first frame, and `end` the one after the last, that are wanted
 * @param out [frame, row, column]
 */
export function medianOfColumns(
  { shape, values }: NdArray,
  [deep, high, wide]: readonly [number, number, number],
  first: number,
  end: number,
  out: NdValues,
): void {
  const [frames, rows, columns] = shape as [number, number, number];
  const tall = deep * high;
  const left = wide >> 1;
  const shown = columns + wide - 1;
  // Every run ends with a sentinel, so that merging needs no bounds.
  const run = tall + 1;
  const sorted = new Float64Array(shown * run).fill(Number.POSITIVE_INFINITY);
  const lines = new Int32Array(tall);
  const heads = new Int32Array(wide);
  const rank = (tall * wide) >> 1;
  for (let frame = first; frame < end; frame++) {
    for (let row = 0; row < rows; row++) {
      for (let line = 0; line < tall; line++) {
        const from = reflected(frame + Math.floor(line / high) - (deep >> 1), frames);
        lines[line] = (from * rows + reflected(row + (line % high) - (high >> 1), rows)) * columns;
      }
      for (let column = 0; column < shown; column++) {
        insertSorted(values, lines, reflected(column - left, columns), sorted, column * run);
      }
      const start = (frame * rows + row) * columns;
      for (let column = 0; column < columns; column++) {
        const from = column * run;
        out[start + column] =
          wide === 3 ? mergeThree(sorted, from, run, rank) : mergeToRank(sorted, from, run, heads, rank);
      }
    }
  }
}

/** Sorts the values of one image column over the lines into `sorted`, from `start` on. */
function insertSorted(
  values: NdValues,
  lines: Int32Array,
  column: number,
  sorted: Float64Array,
  start: number,
): void {
  for (let line = 0; line < lines.length; line++) {
    const value = values[lines[line]! + column]!;
    let at = start + line;
    while (at > start && sorted[at - 1]! > value) {
      sorted[at] = sorted[at - 1]!;
      at--;
    }
    sorted[at] = value;
  }
}

/** The value of this rank of sorted runs that lie one after the other, each with its sentinel. */
function mergeToRank(
  sorted: Float64Array,
  start: number,
  length: number,
  heads: Int32Array,
  rank: number,
): number {
  for (let run = 0; run < heads.length; run++) heads[run] = start + run * length;
  let value = 0;
  for (let taken = 0; taken <= rank; taken++) {
    let least = 0;
    value = sorted[heads[0]!]!;
    for (let run = 1; run < heads.length; run++) {
      const candidate = sorted[heads[run]!]!;
      if (candidate >= value) continue;
      least = run;
      value = candidate;
    }
    heads[least]!++;
  }
  return value;
}

/** As `mergeToRank` for three runs, the common width, with their heads in registers. */
function mergeThree(sorted: Float64Array, start: number, length: number, rank: number): number {
  let [first, second, third] = [start, start + length, start + 2 * length];
  let [a, b, c] = [sorted[first]!, sorted[second]!, sorted[third]!];
  for (let taken = 0; taken < rank; taken++) {
    if (a <= b && a <= c) a = sorted[++first]!;
    else if (b <= c) b = sorted[++second]!;
    else c = sorted[++third]!;
  }
  return Math.min(a, b, c);
}
