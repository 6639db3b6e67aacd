import { RoiError } from './errors.ts';

/**
 * Region of interest of one bead: the half-open square of pixels
 * [top, top + size) x [left, left + size) of the full frame, in whole px.
 */
export interface Roi {
  /** Bead id: a non-negative integer, never reused within a run. */
  bead: number;
  left: number;
  top: number;
  size: number;
  /** Whether the ROI moves with its bead, by whole px; absent is no. */
  follow?: boolean | undefined;
}

export const MIN_ROI_SIZE = 8;
export const MAX_ROI_SIZE = 512;

/**
 * Checks that an ROI is a whole-pixel square inside the frame.
 * @throws {RoiError} naming the bead, the ROI and the frame.
 */
export function assertRoiInFrame(roi: Roi, frame: { width: number; height: number }): void {
  const { bead, left, top, size } = roi;
  const where = `bead ${bead} ROI`;
  const received = `left ${left}, top ${top}, size ${size}`;
  if (![left, top, size].every(Number.isInteger) || size < MIN_ROI_SIZE || size > MAX_ROI_SIZE) {
    throw new RoiError({
      where,
      expected: `whole pixels and a size from ${MIN_ROI_SIZE} to ${MAX_ROI_SIZE} px`,
      received,
    });
  }
  if (left < 0 || top < 0 || left + size > frame.width || top + size > frame.height) {
    throw new RoiError({
      where,
      expected: `a square inside the ${frame.width} x ${frame.height} frame`,
      received,
      remedy: 'move the ROI inside the frame or make it smaller',
    });
  }
}

/** The ROI of this size whose middle lies nearest to a position in the frame, x column and y row in px. */
export function roiAround(bead: number, xPx: number, yPx: number, size: number): Roi {
  return { bead, left: Math.round(xPx - size / 2), top: Math.round(yPx - size / 2), size };
}
