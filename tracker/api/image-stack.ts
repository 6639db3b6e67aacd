import { RoiError, StackError } from '#protocol/errors.ts';

/** Pixel types a stack may have; every function computes in float64. */
export type PixelArray =
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Images of one size, such as one bead's ROI over time. */
export interface ImageStack<P extends PixelArray = PixelArray> {
  /** [frame, row, column] counts. */
  readonly pixels: P;
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Checks that a stack holds as many pixels as it says.
 * @throws {StackError} with both numbers
 */
export function assertStack(where: string, stack: ImageStack): void {
  const { pixels, frames, rows, columns } = stack;
  const areWhole = [frames, rows, columns].every((count) => Number.isSafeInteger(count) && count >= 0);
  if (areWhole && pixels.length === frames * rows * columns) return;
  throw new StackError({
    where: `${where} stack`,
    expected: `pixels [frame, row, column] of ${frames} x ${rows} x ${columns}`,
    received: `${pixels.length} pixels`,
  });
}

/**
 * Side of the ROIs of a stack, px.
 * @throws {StackError | RoiError} if the stack is not what it says, or its images are not square
 */
export function roiSizeOf(where: string, stack: ImageStack): number {
  assertStack(where, stack);
  if (stack.rows === stack.columns && stack.rows > 0) return stack.rows;
  throw new RoiError({
    where: `${where} stack`,
    expected: 'square images',
    received: `${stack.rows} rows x ${stack.columns} columns`,
    remedy: 'cut square ROIs with cropStackToRois',
  });
}
