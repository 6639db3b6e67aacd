import { layOutStrip, StripCutter } from '#calibration/strip.ts';
import { type FrameShape, frameBytes } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { PageLayout } from './film-frame.ts';
import type { FrameRequest } from './movie-messages.ts';

/** Where the page of a frame comes from. */
export interface FrameSource {
  layout: PageLayout;
  rois: readonly Roi[] | null;
  pageBytes: number;
  /** The page without a copy, where the frame is one; null where it has to be cut. */
  whole: Uint8Array | null;
  /** Copies the page. */
  fill(into: Uint8Array): void;
}

/** Pages of the frames that others hold: as they are, or the ROIs of the beads in rows. */
export class PageSource {
  readonly #memories = new Map<number, SharedArrayBuffer>();
  #camera: FrameShape | null = null;
  #rois: readonly Roi[] | null = null;
  #layout: PageLayout | null = null;
  #cutter: StripCutter | null = null;

  share(memory: number, buffer: SharedArrayBuffer): void {
    this.#memories.set(memory, buffer);
  }

  forget(memory: number): void {
    this.#memories.delete(memory);
  }

  useCamera(shape: FrameShape): void {
    this.#camera = shape;
    this.#layout = null;
  }

  /** @param rois null for whole frames; ROIs of the same beads and sizes elsewhere make the same pages */
  useRois(rois: readonly Roi[] | null): void {
    const isAlike =
      rois !== null &&
      this.#rois?.length === rois.length &&
      rois.every(({ bead, size }, at) => this.#rois![at]!.bead === bead && this.#rois![at]!.size === size);
    if (!isAlike) this.#layout = null;
    this.#rois = rois;
  }

  /** The page of a frame, to be read before its memory is given back. */
  of({ memory, byteOffset, bytes, isWhole }: FrameRequest): FrameSource {
    const pixels = new Uint8Array(this.#memories.get(memory)!, byteOffset, bytes);
    this.#layout ??= this.#layOut();
    const layout = this.#layout;
    const pageBytes = frameBytes(layout.shape);
    const rois = this.#rois;
    if (!rois) {
      const whole = pixels.subarray(0, pageBytes);
      return { layout, rois, pageBytes, whole, fill: (into) => into.set(whole) };
    }
    const cutter = this.#cutter!;
    const fill = (into: Uint8Array) => {
      into.fill(0);
      cutter.cut(pixels, rois, isWhole, into);
    };
    return { layout, rois, pageBytes, whole: null, fill };
  }

  #layOut(): PageLayout {
    const camera = this.#camera!;
    this.#cutter = null;
    if (!this.#rois) return { shape: camera, strip: null };
    const strip = layOutStrip(this.#rois, camera.pixelFormat);
    this.#cutter = new StripCutter(strip, camera.width);
    const { width, height, pixelFormat } = strip;
    return { shape: { width, height, pixelFormat }, strip };
  }
}
