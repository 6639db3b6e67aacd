import { type FrameShape, PIXEL_FORMATS, type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { CenteredImage } from './check-center.ts';
import type { CalibrationFrame } from './fit-z-lut-model.ts';
import { FrameRows, type FrameRowsOptions } from './frame-rows.ts';
import type { ProfileSample } from './sweep-samples.ts';
import type { BeadTracks } from './sweep-tracks.ts';

/** Images of a bead that a check needs, spread over the sweep. */
const FEW = 24;

/** Keeps the images of beads while a sweep is tracked: all of them, or a few spread over it however long it gets. */
export class SweepImages {
  readonly #rois: readonly Roi[];
  readonly #shape: FrameShape;
  /** Null when a few are enough. */
  readonly #all: FrameRows | null;
  /** By frame, [bead]. */
  readonly #few = new Map<number, Pixels[]>();
  #every = 1;

  /** @param all where all of them go; null to keep a few */
  constructor(rois: readonly Roi[], shape: FrameShape, all: FrameRowsOptions | null) {
    const { bytesPerPixel } = PIXEL_FORMATS[shape.pixelFormat];
    const bytes = rois.map(({ size }) => size * size * bytesPerPixel);
    this.#rois = rois;
    this.#shape = shape;
    this.#all = all && new FrameRows(bytes, all);
  }

  /**
   * Copies the ROIs of a frame, if it is one to keep.
   * @param rois where they lie in it
   */
  add(pixels: Pixels, frame: number, rois: readonly Roi[]): void {
    const { width } = this.#shape;
    if (this.#all) {
      this.#all.add((bead) => new Uint8Array(cropRoi(pixels, width, rois[bead]!).buffer));
      return;
    }
    if (frame % this.#every !== 0) return;
    this.#few.set(
      frame,
      rois.map((roi) => cropRoi(pixels, width, roi)),
    );
    if (this.#few.size < 2 * FEW) return;
    this.#every *= 2;
    for (const kept of this.#few.keys()) if (kept % this.#every !== 0) this.#few.delete(kept);
  }

  /** Every used frame of a bead, for a model; none unless all are kept. */
  calibrationFrames(places: BeadTracks, bead: number, samples: readonly ProfileSample[]): CalibrationFrame[] {
    if (!this.#all) return [];
    const { size } = this.#rois[bead]!;
    const { pixelFormat } = this.#shape;
    const rows = this.#all.read(bead);
    const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
    return samples.map(({ frame, zNm }) => {
      const pixels = viewPixels(rows, pixelFormat, frame * size * size * bytesPerPixel, size * size);
      return { pixels, zNm, ...centerIn(places, frame) };
    });
  }

  /** Some images of a bead. */
  few(places: BeadTracks, bead: number, samples: readonly ProfileSample[]): CenteredImage[] {
    const { size } = this.#rois[bead]!;
    const kept = this.#all ? samples : samples.filter(({ frame }) => this.#few.has(frame));
    const every = Math.ceil(kept.length / FEW);
    return kept
      .filter((_, index) => index % every === 0)
      .map(({ frame, zNm }) => {
        return { pixels: this.#image(frame, bead), size, zNm, ...centerIn(places, frame) };
      });
  }

  close(): void {
    this.#all?.close();
  }

  #image(frame: number, bead: number): Pixels {
    if (!this.#all) return this.#few.get(frame)![bead]!;
    return viewPixels(this.#all.read(bead, frame, 1), this.#shape.pixelFormat);
  }
}

/** ROI px */
function centerIn({ xPx, yPx, leftPx, topPx }: BeadTracks, frame: number): { xPx: number; yPx: number } {
  return { xPx: xPx[frame]! - leftPx[frame]!, yPx: yPx[frame]! - topPx[frame]! };
}

/** [row, column] counts of the ROI in a frame. */
function cropRoi(pixels: Pixels, width: number, { left, top, size }: Roi): Pixels {
  const crop = pixels.slice(0, size * size);
  for (let row = 0; row < size; row++) {
    const from = (top + row) * width + left;
    crop.set(pixels.subarray(from, from + size), row * size);
  }
  return crop;
}
