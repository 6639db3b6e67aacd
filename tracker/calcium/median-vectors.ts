import { reflected } from './gaussian-line.ts';
import type { NdArray, NdValues } from './nd-array.ts';
import { compileRankKernel } from './rank-kernel.ts';
import { VECTOR_BYTES } from './vector-code.ts';

/** Elements of a footprint whose network is worth its compilation: 5 x 5 x 5. */
export const MOST_ELEMENTS = 125;

/** Bytes of memory of WebAssembly that every machine gives. */
const MOST_BYTES = 2 ** 31;

/** Place relative to the pixel, [frame, row, column]. */
export type Offset = readonly [number, number, number];

/** Whether `medianOfVectors` can filter these images: they are not empty, and what is kept of them has room. */
export function hasVectors({ shape, values }: NdArray, offsets: readonly Offset[]): boolean {
  const [, rows, columns] = shape as [number, number, number];
  const reachOf = (axis: number) => Math.max(...offsets.map((offset) => Math.abs(offset[axis]!)));
  const frameBytes = rows * ((columns + 2 * reachOf(2)) * values.BYTES_PER_ELEMENT + 2 * VECTOR_BYTES);
  return (
    values.length > 0 && offsets.length <= MOST_ELEMENTS && (2 * reachOf(0) + 2) * frameBytes <= MOST_BYTES
  );
}

/**
 * Upper median of what a footprint covers around every pixel, mirrored borders, a vector of pixels at a time.
 *
 * Frames are kept with mirrored columns at either side as long as a later one needs them.
 *
 * @param images [frame, row, column], without NaN, for which `hasVectors`
 * @param offsets of the footprint
 * @param out [frame, row, column] of the same type
 * @returns filters frames [first, end)
 */
export function medianOfVectors(
  { shape, values }: NdArray,
  offsets: readonly Offset[],
  out: NdValues,
): (first: number, end: number) => void {
  const [frames, rows, columns] = shape as [number, number, number];
  const [left, right] = [0, 1].map((side) =>
    Math.max(0, ...offsets.map(([, , column]) => (side === 0 ? -column : column))),
  ) as [number, number];
  const lines = [...new Set(offsets.map(([frame, row]) => `${frame},${row}`))];
  const places = lines.map((line) => line.split(',').map(Number) as [number, number]);
  const elements = offsets.map(([frame, row, column]) => ({
    line: lines.indexOf(`${frame},${row}`),
    column: column + left,
  }));
  const size = values.BYTES_PER_ELEMENT;
  // Whole vectors are read and written, beyond the last column, too.
  const lineBytes = Math.ceil(((left + columns + right) * size) / VECTOR_BYTES + 1) * VECTOR_BYTES;
  const reach = Math.max(...offsets.map(([frame]) => Math.abs(frame)));
  const slots = Math.min(frames, 2 * reach + 1);
  const outAt = slots * rows * lineBytes;
  const rank = offsets.length >> 1;
  const { memory, run } = compileRankKernel(values, lines.length, elements, rank, outAt + lineBytes);
  const Type = values.constructor as new (buffer: ArrayBuffer, start: number, length: number) => NdValues;
  const held = new Type(memory, 0, (outAt + lineBytes) / size);
  const filtered = new Type(memory, outAt, columns);
  const holds = new Int32Array(slots).fill(-1);

  function hold(frame: number): void {
    if (holds[frame % slots] === frame) return;
    holds[frame % slots] = frame;
    for (let row = 0; row < rows; row++) {
      const from = (frame * rows + row) * columns;
      const to = (((frame % slots) * rows + row) * lineBytes) / size + left;
      held.set(values.subarray(from, from + columns), to);
      for (let column = -left; column < 0; column++)
        held[to + column] = values[from + reflected(column, columns)]!;
      for (let column = columns; column < columns + right; column++) {
        held[to + column] = values[from + reflected(column, columns)]!;
      }
    }
  }

  const addresses = new Array<number>(lines.length + 2);
  addresses[lines.length] = outAt;
  addresses[lines.length + 1] = outAt + columns * size;
  return (first, end) => {
    for (let frame = first; frame < end; frame++) {
      for (let near = Math.max(0, frame - reach); near <= Math.min(frames - 1, frame + reach); near++)
        hold(near);
      for (let row = 0; row < rows; row++) {
        for (const [line, [deeper, lower]] of places.entries()) {
          const slot = reflected(frame + deeper, frames) % slots;
          addresses[line] = (slot * rows + reflected(row + lower, rows)) * lineBytes;
        }
        run(...addresses);
        out.set(filtered, (frame * rows + row) * columns);
      }
    }
  };
}
