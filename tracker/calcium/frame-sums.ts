import { openPixelKernel, PIXEL_KERNEL_BYTES, type PixelKernel, type WholeCounts } from './pixel-kernel.ts';

export type FrameStatistic = 'mean' | 'std' | 'max' | 'min';

/** Pixels that a loop of the kernel takes at a time, of 8 bits. */
const STEP = 16;

/** A few frames that are kept until they are added at once: an eighth of the passes over the sums. */
const MOST_HELD = 8;

/** Statistics of every pixel over frames of whole counts, as the definitions in float64 have them, to the bit. */
export class FrameSums {
  readonly #kernel: PixelKernel;
  readonly #pixels: number;
  /** With those that fill the last step. */
  readonly #padded: number;
  readonly #words: readonly Uint16Array[];
  readonly #bytes: readonly Uint8Array[];
  readonly #sums: BigInt64Array;
  readonly #squares: BigInt64Array | null;
  /** [pixel] counts of the first frame: spreads are of the differences from it. */
  readonly #first: Uint16Array | null;
  readonly #largest: Uint16Array | null;
  readonly #smallest: Uint16Array | null;
  #held = 0;
  #frames = 0;

  /**
   * @param pixels of a frame
   * @param statistics that will be read
   * @param most frames that are kept until they are added at once, at least 4
   */
  constructor(pixels: number, statistics: readonly FrameStatistic[], most = MOST_HELD) {
    this.#pixels = pixels;
    this.#padded = Math.ceil(pixels / STEP) * STEP;
    const room = 2 * this.#padded;
    const hasSpread = statistics.includes('std');
    const [hasLargest, hasSmallest] = [statistics.includes('max'), statistics.includes('min')];
    const rooms = most + (hasSpread ? 9 : 4) + Number(hasLargest) + Number(hasSmallest);
    this.#kernel = openPixelKernel(PIXEL_KERNEL_BYTES + rooms * room);
    const { memory } = this.#kernel;
    let at = PIXEL_KERNEL_BYTES;
    const take = (bytes: number) => {
      at += bytes;
      return at - bytes;
    };
    const wordsAt = Array.from({ length: most }, () => take(room));
    this.#words = wordsAt.map((address) => new Uint16Array(memory, address, pixels));
    this.#bytes = wordsAt.map((address) => new Uint8Array(memory, address + this.#padded, pixels));
    this.#sums = new BigInt64Array(memory, take(4 * room), this.#padded);
    this.#squares = hasSpread ? new BigInt64Array(memory, take(4 * room), this.#padded) : null;
    const words = () => new Uint16Array(memory, take(room), this.#padded);
    this.#first = hasSpread ? words() : null;
    this.#largest = hasLargest ? words() : null;
    this.#smallest = hasSmallest ? words().fill(65_535) : null;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Begins anew with the next frame. */
  reset(): void {
    this.#held = 0;
    this.#frames = 0;
    this.#sums.fill(0n);
    this.#squares?.fill(0n);
    this.#largest?.fill(0);
    this.#smallest?.fill(65_535);
  }

  /** @param frame [pixel] */
  add(frame: WholeCounts): void {
    const words = this.#words[this.#held]!;
    if (frame instanceof Uint16Array) words.set(frame);
    else {
      this.#bytes[this.#held]!.set(frame);
      this.#kernel.widen(words.byteOffset, this.#padded);
    }
    this.#frames++;
    this.#held++;
    if (this.#held === this.#words.length) this.#addHeld();
  }

  #addHeld(): void {
    if (this.#held === 0) return;
    if (this.#frames === this.#held) this.#first?.set(this.#words[0]!);
    const held = [this.#words[0]!.byteOffset, 2 * this.#padded, this.#held, this.#padded] as const;
    const sums = this.#sums.byteOffset;
    if (this.#squares) this.#kernel.addSquares(...held, sums, this.#squares.byteOffset);
    else this.#kernel.addFrames(...held, sums);
    if (this.#largest) this.#kernel.raise(...held, this.#largest.byteOffset);
    if (this.#smallest) this.#kernel.lower(...held, this.#smallest.byteOffset);
    this.#held = 0;
  }

  /**
   * One image of all frames since the last start.
   * @param statistic one of those asked for
   * @returns [pixel] counts, a copy; without a frame it says nothing
   */
  read(statistic: FrameStatistic): Float64Array {
    this.#addHeld();
    switch (statistic) {
      case 'mean':
        return this.#readDoubles((out) => {
          this.#kernel.readMeans(this.#sums.byteOffset, this.#frames, this.#padded, out);
        });
      case 'std':
        return this.#readDoubles((out) => {
          const [squares, first] = [this.#squares!.byteOffset, this.#first!.byteOffset];
          const sums = this.#sums.byteOffset;
          this.#kernel.readSpreads(sums, squares, first, this.#frames, this.#padded, out);
        });
      case 'max':
        return new Float64Array(this.#largest!.subarray(0, this.#pixels));
      case 'min':
        return new Float64Array(this.#smallest!.subarray(0, this.#pixels));
      default:
        return statistic satisfies never;
    }
  }

  /** The kernel writes where frames were kept that are added by now. */
  #readDoubles(read: (out: number) => void): Float64Array {
    const out = this.#words[0]!.byteOffset;
    read(out);
    return new Float64Array(this.#kernel.memory, out, this.#pixels).slice();
  }
}
