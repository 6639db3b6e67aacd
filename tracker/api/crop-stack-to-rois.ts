import { RoiError } from '#protocol/errors.ts';
import { assertStack, type ImageStack, type PixelArray } from './image-stack.ts';

/** Part of a frame in whole pixels; `bottom` and `right` are the first row and column beyond it. */
export interface CropRoi {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Cuts ROIs of one size out of every frame of a stack (`crop_stack_to_rois`).
 *
 * @param stack [frame, row, column] counts; need not be square
 * @returns [roi] a stack for each ROI, its pixels of the type they had
 * @throws {RoiError} naming an ROI that leaves the frame or differs in size from the first
 * Differs: the library returns one array [row, column, frame, roi].
 */
export function cropStackToRois<P extends PixelArray>(
  stack: ImageStack<P>,
  rois: readonly CropRoi[],
): ImageStack<P>[] {
  assertStack('cropStackToRois', stack);
  for (const [index, roi] of rois.entries()) assertCrop(roi, index, rois[0]!, stack);
  return rois.map(({ top, bottom, left, right }) => {
    const [rows, columns] = [bottom - top, right - left];
    const PixelType = stack.pixels.constructor as new (length: number) => P;
    const cropped = new PixelType(stack.frames * rows * columns);
    for (let frame = 0; frame < stack.frames; frame++) {
      for (let row = 0; row < rows; row++) {
        const from = (frame * stack.rows + top + row) * stack.columns + left;
        cropped.set(stack.pixels.subarray(from, from + columns), (frame * rows + row) * columns);
      }
    }
    return { pixels: cropped, frames: stack.frames, rows, columns };
  });
}

function assertCrop(roi: CropRoi, index: number, first: CropRoi, { rows, columns }: ImageStack): void {
  const { top, bottom, left, right } = roi;
  const inside =
    [top, bottom, left, right].every(Number.isInteger) &&
    0 <= top &&
    top < bottom &&
    bottom <= rows &&
    0 <= left &&
    left < right &&
    right <= columns;
  const sameSize = bottom - top === first.bottom - first.top && right - left === first.right - first.left;
  if (inside && sameSize) return;
  throw new RoiError({
    where: `cropStackToRois roi ${index}`,
    expected: inside
      ? `${first.bottom - first.top} rows x ${first.right - first.left} columns, as roi 0`
      : `whole pixels inside ${rows} rows x ${columns} columns`,
    received: `rows ${top} to ${bottom}, columns ${left} to ${right}`,
  });
}
