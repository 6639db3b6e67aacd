import type { Pixels } from '#protocol/pixel-format.ts';

/** Counts shown as black and as white. */
export interface CountRange {
  black: number;
  white: number;
}

/** Share of the pixels left out at either end. */
const CLIPPED_SHARE = 0.002;
const LEVELS = 512;
// About so many pixels are plenty for two quantiles.
const SAMPLES = 20_000;
/** A range whose ends are this share of it off is as good as before. */
const UNNOTICED = 0.04;
/** Above this share the light was switched, not a bead moved: no fading. */
const SWITCHED = 0.5;
const FADE = 0.25;

/** The 0.2 and 99.8 percent quantiles of what a frame shows, to within 1 in 512 of its span. */
export class FrameRange {
  readonly #histogram = new Uint32Array(LEVELS);

  /** @param pixels [row, column] */
  of(pixels: Pixels, width: number, height: number): CountRange {
    const stride = Math.max(1, Math.floor(Math.sqrt((width * height) / SAMPLES)));
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < height; row += stride) {
      for (let column = 0; column < width; column += stride) {
        const value = pixels[row * width + column]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (!(high > low)) return { black: Math.min(low, 0), white: Math.max(high, low + 1) };
    this.#histogram.fill(0);
    const perCount = (LEVELS - 1) / (high - low);
    let total = 0;
    for (let row = 0; row < height; row += stride) {
      for (let column = 0; column < width; column += stride) {
        this.#histogram[Math.floor((pixels[row * width + column]! - low) * perCount)]!++;
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

/** A range that follows another without flicker: small changes are not followed, larger ones are faded in. */
export class SteadyRange {
  #shown: CountRange | null = null;
  #isFading = false;

  /** The range to show when this one was found. */
  follow(found: CountRange): CountRange {
    const shown = this.#shown;
    const span = found.white - found.black;
    const off = shown
      ? Math.max(Math.abs(found.black - shown.black), Math.abs(found.white - shown.white)) / span
      : Number.POSITIVE_INFINITY;
    if (!shown || !(off <= SWITCHED)) {
      this.#isFading = false;
      this.#shown = found;
      return found;
    }
    if (off > UNNOTICED) this.#isFading = true;
    else if (off < UNNOTICED / 4) this.#isFading = false;
    if (!this.#isFading) return shown;
    this.#shown = {
      black: shown.black + FADE * (found.black - shown.black),
      white: shown.white + FADE * (found.white - shown.white),
    };
    return this.#shown;
  }
}
