import type { Pixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { CenteredImage } from './check-center.ts';
import type { CalibrationFrame } from './fit-z-lut-model.ts';
import type { ProfileSample } from './sweep-samples.ts';
import type { SweepTracks } from './sweep-tracks.ts';

/** Images of a bead that a check needs, spread over the sweep. */
const FEW = 24;

/** Keeps the images of beads while a sweep is tracked: all of them, or a few spread over it however long it gets. */
export class SweepImages {
  readonly #rois: readonly Roi[];
  readonly #width: number;
  readonly #all: boolean;
  /** By frame, [bead]. */
  readonly #images = new Map<number, Pixels[]>();
  #every = 1;

  constructor(rois: readonly Roi[], width: number, all: boolean) {
    this.#rois = rois;
    this.#width = width;
    this.#all = all;
  }

  /** Copies the ROIs of a frame, if it is one to keep. */
  add(pixels: Pixels, frame: number): void {
    if (frame % this.#every !== 0) return;
    this.#images.set(
      frame,
      this.#rois.map((roi) => cropRoi(pixels, this.#width, roi)),
    );
    if (this.#all || this.#images.size < 2 * FEW) return;
    this.#every *= 2;
    for (const kept of this.#images.keys()) if (kept % this.#every !== 0) this.#images.delete(kept);
  }

  /** Every used frame of a bead, for a model. */
  calibrationFrames(
    tracks: SweepTracks,
    bead: number,
    samples: readonly ProfileSample[],
  ): CalibrationFrame[] {
    return samples.flatMap(({ frame, zNm }) => {
      const pixels = this.#images.get(frame)?.[bead];
      return pixels ? [{ pixels, zNm, ...this.#center(tracks, frame, bead) }] : [];
    });
  }

  /** Some images of a bead. */
  few(tracks: SweepTracks, bead: number, samples: readonly ProfileSample[]): CenteredImage[] {
    const { size } = this.#rois[bead]!;
    const kept = samples.filter(({ frame }) => this.#images.has(frame));
    const every = Math.ceil(kept.length / FEW);
    return kept
      .filter((_, index) => index % every === 0)
      .map(({ frame, zNm }) => {
        return { pixels: this.#images.get(frame)![bead]!, size, zNm, ...this.#center(tracks, frame, bead) };
      });
  }

  /** ROI px */
  #center(tracks: SweepTracks, frame: number, bead: number): { xPx: number; yPx: number } {
    const { left, top } = this.#rois[bead]!;
    return { xPx: tracks.xPx[frame]![bead]! - left, yPx: tracks.yPx[frame]![bead]! - top };
  }
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
