import { RoiError } from '#protocol/errors.ts';
import { type RoiPlace, roiPlaces } from '#protocol/frame-layout.ts';
import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';

/** A picture of nothing but the ROIs of a few beads, in rows: what a sweep keeps of a frame. */
export interface Strip {
  width: number;
  height: number;
  pixelFormat: PixelFormat;
  /** Where each bead lies in it. */
  rois: Roi[];
}

/** Readers of images do not like wider ones. */
const MOST_WIDTH_PX = 4096;

/** A strip with a place for each of these ROIs. */
export function layOutStrip(beads: readonly Roi[], pixelFormat: PixelFormat): Strip {
  const rois: Roi[] = [];
  let [left, top, rowHeight, width] = [0, 0, 0, 0];
  for (const { bead, size } of beads) {
    if (left > 0 && left + size > MOST_WIDTH_PX) {
      top += rowHeight;
      left = 0;
      rowHeight = 0;
    }
    rois.push({ bead, left, top, size });
    left += size;
    rowHeight = Math.max(rowHeight, size);
    width = Math.max(width, left);
  }
  return { width, height: top + rowHeight, pixelFormat, rois };
}

/** Copies the ROIs of frames into strips. */
export class StripCutter {
  readonly #strip: Strip;
  readonly #frameWidth: number;
  #rois: readonly Roi[] | null = null;
  #whole = true;
  /** [bead of the strip] */
  #places: RoiPlace[] = [];

  constructor(strip: Strip, frameWidth: number) {
    this.#strip = strip;
    this.#frameWidth = frameWidth;
  }

  /**
   * @param pixels bytes of the frame, whole or cut to `rois`
   * @param rois where the beads are in the frame
   * @throws {RoiError} when a bead of the strip is gone or has another size
   */
  cut(pixels: Uint8Array, rois: readonly Roi[], whole: boolean, into: Uint8Array): void {
    if (rois !== this.#rois || whole !== this.#whole) this.#find(rois, whole);
    const { bytesPerPixel } = PIXEL_FORMATS[this.#strip.pixelFormat];
    for (let index = 0; index < this.#places.length; index++) {
      const { left, top, size } = this.#strip.rois[index]!;
      const { start, stride } = this.#places[index]!;
      const rowBytes = size * bytesPerPixel;
      let from = start * bytesPerPixel;
      let to = (top * this.#strip.width + left) * bytesPerPixel;
      for (let row = 0; row < size; row++) {
        into.set(pixels.subarray(from, from + rowBytes), to);
        from += stride * bytesPerPixel;
        to += this.#strip.width * bytesPerPixel;
      }
    }
  }

  #find(rois: readonly Roi[], whole: boolean): void {
    const places = roiPlaces(rois, this.#frameWidth, whole ? 'whole' : 'rois');
    this.#places = this.#strip.rois.map(({ bead, size }) => {
      const index = rois.findIndex((roi) => roi.bead === bead);
      if (index >= 0 && rois[index]!.size === size) return places[index]!;
      throw new RoiError({
        where: `focal sweep, bead ${bead}`,
        expected: `its ROI of ${size} px, as the sweep began`,
        received: index < 0 ? 'none' : `one of ${rois[index]!.size} px`,
        remedy: 'leave the beads of a sweep as they are until it has ended',
      });
    });
    this.#rois = rois;
    this.#whole = whole;
  }
}
