import type { PictureWish, PreviewMessage } from '#protocol/picture-request.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import type { CountRange } from './frame-range.ts';
import { grayTable } from './gray-table.ts';

/** What is shown of a frame. */
export type PictureSettings = Pick<PictureWish, 'left' | 'top' | 'width' | 'height' | 'maxWidth' | 'gamma'> &
  CountRange;

/** A whole frame; `pixels` [row, column]. */
export interface WholeFrame {
  frame: number;
  pixels: Pixels;
  width: number;
  height: number;
}

/**
 * Makes 8-bit pictures of frames for viewers: the mean of `step` x `step` pixels each. Rows and columns left over at
 * the far edges are not shown. Reuses its buffers, so a message is valid until the next.
 */
export class PreviewMaker {
  #pixels = new Uint8Array(0);
  /** Sums of the pixels under one row of the picture. */
  #sums = new Float64Array(0);

  /** @returns a picture of one frame px at least, however far out of the frame the part lies */
  make(
    { frame, pixels, width: frameWidth, height: frameHeight }: WholeFrame,
    wish: PictureSettings,
  ): PreviewMessage {
    const left = Math.min(wish.left, frameWidth - 1);
    const top = Math.min(wish.top, frameHeight - 1);
    const partWidth = Math.min(wish.width, frameWidth - left);
    const partHeight = Math.min(wish.height, frameHeight - top);
    const { black, white, gamma = 1, maxWidth } = wish;
    const step = Math.max(1, Math.min(Math.ceil(partWidth / maxWidth), partHeight));
    const width = Math.floor(partWidth / step);
    const height = Math.floor(partHeight / step);
    if (this.#pixels.length < width * height) this.#pixels = new Uint8Array(width * height);
    if (this.#sums.length < width) this.#sums = new Float64Array(width);
    const shown = this.#pixels;
    const sums = this.#sums;
    const table = grayTable(gamma);
    const last = table.length - 1;
    const scale = last / Math.max(white - black, Number.MIN_VALUE) / (step * step);
    const offset = black * step * step;
    for (let row = 0; row < height; row++) {
      const first = (top + row * step) * frameWidth + left;
      sumRows(pixels, first, frameWidth, step, width, sums);
      for (let column = 0; column < width; column++) {
        const level = (sums[column]! - offset) * scale;
        shown[row * width + column] = table[level > 0 ? (level < last ? level | 0 : last) : 0]!;
      }
    }
    const seen = shown.subarray(0, width * height);
    return {
      type: 'preview',
      frame,
      left,
      top,
      width,
      height,
      step,
      black,
      white,
      gamma,
      isMap: false,
      pixels: seen,
    };
  }
}

/** Sums of `step` x `step` pixels for one row of a picture. */
function sumRows(
  pixels: Pixels,
  first: number,
  stride: number,
  step: number,
  width: number,
  sums: Float64Array,
): void {
  sums.fill(0, 0, width);
  for (let line = 0; line < step; line++) {
    let index = first + line * stride;
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let within = 0; within < step; within++) sum += pixels[index++]!;
      sums[column]! += sum;
    }
  }
}
