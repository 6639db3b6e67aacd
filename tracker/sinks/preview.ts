import type { PreviewMessage } from '#protocol/live.ts';
import type { Pixels } from '#protocol/pixel-format.ts';

/** Widest picture sent to a browser, px. */
const MAX_WIDTH = 800;
/** Share of the pixels left out at either end when black and white are set. */
const CLIPPED_SHARE = 0.002;
const LEVELS = 512;

/**
 * Makes 8-bit pictures of frames for viewers: the mean of `step` x `step` pixels each, black and white at the 0.2 and
 * 99.8 percent quantiles. Rows and columns left over at the far edges are not shown. Reuses its buffers, so a message is valid until the next.
 */
export class PreviewMaker {
  #pixels = new Uint8Array(0);
  /** Sums of the pixels under one row of the picture. */
  #sums = new Float64Array(0);
  readonly #histogram = new Uint32Array(LEVELS);

  /** @param pixels [row, column] of the whole frame */
  make(frame: number, pixels: Pixels, frameWidth: number, frameHeight: number): PreviewMessage {
    const step = Math.max(1, Math.ceil(frameWidth / MAX_WIDTH));
    const width = Math.floor(frameWidth / step);
    const height = Math.floor(frameHeight / step);
    if (this.#pixels.length !== width * height) {
      this.#pixels = new Uint8Array(width * height);
      this.#sums = new Float64Array(width);
    }
    const { black, white } = this.#range(pixels, frameWidth, frameHeight, step);
    const scale = 255 / Math.max(white - black, Number.MIN_VALUE) / (step * step);
    const offset = black * step * step;
    for (let row = 0; row < height; row++) {
      this.#sums.fill(0);
      for (let line = row * step; line < (row + 1) * step; line++) {
        let index = line * frameWidth;
        for (let column = 0; column < width; column++) {
          for (let within = 0; within < step; within++) this.#sums[column]! += pixels[index++]!;
        }
      }
      for (let column = 0; column < width; column++) {
        const value = (this.#sums[column]! - offset) * scale;
        this.#pixels[row * width + column] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
    return { type: 'preview', frame, width, height, step, black, white, pixels: this.#pixels };
  }

  #range(
    pixels: Pixels,
    frameWidth: number,
    frameHeight: number,
    step: number,
  ): { black: number; white: number } {
    // Every third picture pixel is plenty for two quantiles.
    const stride = step * 3;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < frameHeight; row += stride) {
      for (let column = 0; column < frameWidth; column += stride) {
        const value = pixels[row * frameWidth + column]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (!(high > low)) return { black: Math.min(low, 0), white: Math.max(high, low + 1) };
    this.#histogram.fill(0);
    const perCount = (LEVELS - 1) / (high - low);
    let total = 0;
    for (let row = 0; row < frameHeight; row += stride) {
      for (let column = 0; column < frameWidth; column += stride) {
        this.#histogram[Math.floor((pixels[row * frameWidth + column]! - low) * perCount)]!++;
        total++;
      }
    }
    const clipped = total * CLIPPED_SHARE;
    let first = 0;
    let below = this.#histogram[0]!;
    while (below <= clipped && first < LEVELS - 2) below += this.#histogram[++first]!;
    let last = LEVELS - 1;
    let above = this.#histogram[last]!;
    while (above <= clipped && last > first + 1) above += this.#histogram[--last]!;
    return { black: low + first / perCount, white: low + (last + 1) / perCount };
  }
}
