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
 * @param out [frame, row, column]
 */
export function medianOfColumns(
  { shape, values }: NdArray,
  [deep, high, wide]: readonly [number, number, number],
  out: NdValues,
): void {
  const [frames, rows, columns] = shape as [number, number, number];
  const tall = deep * high;
  const left = wide >> 1;
  const shown = columns + wide - 1;
  const sorted = new Float64Array(shown * tall);
  const lines = new Int32Array(tall);
  const heads = new Int32Array(wide);
  const rank = (tall * wide) >> 1;
  for (let frame = 0; frame < frames; frame++) {
    for (let row = 0; row < rows; row++) {
      for (let line = 0; line < tall; line++) {
        const from = reflected(frame + Math.floor(line / high) - (deep >> 1), frames);
        lines[line] = (from * rows + reflected(row + (line % high) - (high >> 1), rows)) * columns;
      }
      for (let column = 0; column < shown; column++) {
        insertSorted(values, lines, reflected(column - left, columns), sorted, column * tall);
      }
      const start = (frame * rows + row) * columns;
      for (let column = 0; column < columns; column++) {
        out[start + column] = mergeToRank(sorted, column * tall, tall, heads, rank);
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

/** The value of this rank of sorted runs of equal length that lie one after the other. */
function mergeToRank(
  sorted: Float64Array,
  start: number,
  tall: number,
  heads: Int32Array,
  rank: number,
): number {
  for (let run = 0; run < heads.length; run++) heads[run] = start + run * tall;
  let value = 0;
  for (let taken = 0; taken <= rank; taken++) {
    let least = -1;
    for (let run = 0; run < heads.length; run++) {
      const head = heads[run]!;
      if (head === start + (run + 1) * tall) continue;
      if (least >= 0 && sorted[head]! >= value) continue;
      least = run;
      value = sorted[head]!;
    }
    heads[least]!++;
  }
  return value;
}
