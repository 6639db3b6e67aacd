import type { ImageStack } from '#api/index.ts';
import type { GoldenArray } from './golden-engine.ts';

/** Our [frame, row, column] of the reference's [row, column, frame]. */
export function stackOf(stack: GoldenArray): ImageStack<Float64Array> {
  const [rows, columns, frames] = stack.shape as [number, number, number];
  return { pixels: transposed(stack.data, rows * columns, frames), frames, rows, columns };
}

/** Matrix [column, row] of a matrix [row, column]. */
export function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = matrix[row * columns + column]!;
    }
  }
  return turned;
}

/** The reference's [value, set] of our [set, value]. */
export function columnsOf(values: Float64Array, sets: number): GoldenArray {
  const each = values.length / sets;
  return { shape: [each, sets], data: transposed(values, sets, each) };
}

/** An output of one axis. */
export function lineOf(data: Float64Array): GoldenArray {
  return { shape: [data.length], data };
}
