import type { LiveProjection } from '#protocol/calcium-live.ts';

/**
 * Mean, spread and maximum of every pixel over frames of floats.
 *
 * A pixel that is not finite in a frame is left out there; NaN where it never is.
 */
export class WelfordSums {
  #frames = 0;
  /** [pixel] counts. */
  readonly #mean: Float64Array;
  /** [pixel] sum of squared differences from the mean. */
  readonly #squares: Float64Array;
  /** [pixel] counts. */
  readonly #max: Float32Array;
  /** [pixel] frames in which it was not finite; null while there is none. */
  #missing: Uint32Array | null = null;

  /** @param pixels of a frame */
  constructor(pixels: number) {
    this.#mean = new Float64Array(pixels);
    this.#squares = new Float64Array(pixels);
    this.#max = new Float32Array(pixels).fill(Number.NEGATIVE_INFINITY);
  }

  get frames(): number {
    return this.#frames;
  }

  /** Begins anew with the next frame. */
  reset(): void {
    this.#frames = 0;
    this.#mean.fill(0);
    this.#squares.fill(0);
    this.#max.fill(Number.NEGATIVE_INFINITY);
    this.#missing = null;
  }

  /** @param pixels [pixel] counts */
  add(pixels: Float32Array): void {
    const [mean, squares, max] = [this.#mean, this.#squares, this.#max];
    const frames = ++this.#frames;
    const share = 1 / frames;
    let missing = this.#missing;
    for (let at = 0; at < mean.length; at++) {
      const value = pixels[at]!;
      if (!Number.isFinite(value)) {
        missing ??= this.#missing = new Uint32Array(mean.length);
        missing[at]!++;
        continue;
      }
      const before = mean[at]!;
      const away = value - before;
      const now = before + (missing ? away / (frames - missing[at]!) : away * share);
      mean[at] = now;
      squares[at]! += away * (value - now);
      if (value > max[at]!) max[at] = value;
    }
  }

  /**
   * One image of all frames since the last start.
   * @returns [pixel] counts, a copy
   */
  read(kind: LiveProjection): Float64Array {
    const [frames, missing] = [this.#frames, this.#missing];
    switch (kind) {
      case 'mean':
        if (!missing) return this.#mean.slice();
        return this.#mean.map((value, at) => (missing[at] === frames ? Number.NaN : value));
      case 'std':
        return this.#squares.map((sum, at) => Math.sqrt(sum / (frames - (missing?.[at] ?? 0))));
      case 'max':
        return new Float64Array(this.#max).map((value) =>
          value === Number.NEGATIVE_INFINITY ? Number.NaN : value,
        );
      default:
        return kind satisfies never;
    }
  }
}
