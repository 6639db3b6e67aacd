import { type FrameShape, PIXEL_FORMATS } from './pixel-format.ts';
import type { Roi } from './roi.ts';

/** What the bytes of a frame are: every row of the camera's frame, or its ROIs, one after the other in table order. */
export type FrameLayout = 'whole' | 'rois';

/** Where the pixels of one ROI lie in the bytes of a frame, in px. */
export interface RoiPlace {
  /** Its first pixel. */
  start: number;
  /** From one of its rows to the next. */
  stride: number;
}

/** [bead] places of the ROIs in a frame of this layout. */
export function roiPlaces(rois: readonly Roi[], width: number, layout: FrameLayout = 'whole'): RoiPlace[] {
  let next = 0;
  return rois.map(({ left, top, size }) => {
    if (layout === 'whole') return { start: top * width + left, stride: width };
    const start = next;
    next += size * size;
    return { start, stride: size };
  });
}

/** Bytes of one frame of this layout. */
export function layoutBytes(shape: FrameShape, rois: readonly Roi[], layout: FrameLayout = 'whole'): number {
  const { bytesPerPixel } = PIXEL_FORMATS[shape.pixelFormat];
  const pixels =
    layout === 'whole' ? shape.width * shape.height : rois.reduce((sum, { size }) => sum + size * size, 0);
  return pixels * bytesPerPixel;
}
