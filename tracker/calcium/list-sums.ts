import { openPixelKernel, PIXEL_KERNEL_BYTES, type PixelKernel, type WholeCounts } from './pixel-kernel.ts';

/** Pixels that one instruction reads. */
const CHUNK = 8;
const CHUNK_BYTES = 16;
/** A mask for any number of pixels of a chunk is a stretch of these. */
const MASKS = Uint16Array.from({ length: 2 * CHUNK }, (_, at) => (at < CHUNK ? 65_535 : 0));

const aligned = (bytes: number) => Math.ceil(bytes / CHUNK_BYTES) * CHUNK_BYTES;

/** Sums of many lists of pixels, the same ones in every frame: exact, as float64 has them. */
export class ListSums {
  readonly #kernel: PixelKernel;
  /** The part of a frame with all lists. */
  readonly #first: number;
  readonly #end: number;
  readonly #room: number;
  readonly #words: Uint16Array;
  readonly #bytes: Uint8Array;
  readonly #chunksAt: number;
  readonly #endsAt: number;
  readonly #sumsAt: number;
  readonly #sums: Float64Array;

  /**
   * @param pixels of all lists, one list after the other: index in the frame
   * @param starts [list + 1] where those of a list begin in `pixels`
   */
  constructor(pixels: Int32Array, starts: Int32Array) {
    const lists = starts.length - 1;
    const [first, end] = spanOf(pixels);
    const masksAt = PIXEL_KERNEL_BYTES;
    const { chunks, ends } = chunksOf(pixels, starts, first, masksAt);
    this.#first = first;
    this.#end = end;
    this.#chunksAt = masksAt + MASKS.byteLength;
    this.#endsAt = this.#chunksAt + aligned(4 * chunks.length);
    this.#sumsAt = this.#endsAt + aligned(4 * lists);
    const frameAt = this.#sumsAt + aligned(8 * lists);
    this.#room = aligned(end - first);
    // A chunk is read whole, beyond the last pixel, too.
    this.#kernel = openPixelKernel(frameAt + 2 * this.#room + CHUNK_BYTES);
    const { memory } = this.#kernel;
    new Uint16Array(memory, masksAt).set(MASKS);
    new Uint32Array(memory, this.#chunksAt).set(chunks);
    new Uint32Array(memory, this.#endsAt).set(ends.map((chunk) => this.#chunksAt + 4 * chunk));
    this.#words = new Uint16Array(memory, frameAt, end - first);
    this.#bytes = new Uint8Array(memory, frameAt + this.#room, end - first);
    this.#sums = new Float64Array(memory, this.#sumsAt, lists);
  }

  /**
   * Sums of one frame.
   * @param frame [row, column], with every pixel of the lists
   * @returns [list], valid until the next frame; 0 for a list without a pixel
   */
  of(frame: WholeCounts): Float64Array {
    const part = frame.subarray(this.#first, this.#end);
    const frameAt = this.#words.byteOffset;
    // A copy is read in one go: pixel by pixel, a frame comes from memory line by line.
    if (part instanceof Uint16Array) this.#words.set(part);
    else {
      this.#bytes.set(part);
      this.#kernel.widen(frameAt, this.#room);
    }
    this.#kernel.sumLists(frameAt, this.#chunksAt, this.#endsAt, this.#sums.length, this.#sumsAt);
    return this.#sums;
  }
}

/** Around all pixels. Memory that threads share is copied by words, not bytes, where the copy begins with a word. */
function spanOf(pixels: Int32Array): [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const pixel of pixels) {
    if (pixel < first) first = pixel;
    if (pixel >= end) end = pixel + 1;
  }
  return [Math.floor(Math.min(first, end) / CHUNK) * CHUNK, end];
}

/** Pixels side by side, up to eight at a time: offset in bytes and address of their mask; and where those of a list end. */
function chunksOf(pixels: Int32Array, starts: Int32Array, first: number, masksAt: number) {
  const chunks: number[] = [];
  const ends: number[] = [];
  for (let list = 0; list + 1 < starts.length; list++) {
    const end = starts[list + 1]!;
    let at = starts[list]!;
    while (at < end) {
      const pixel = pixels[at]!;
      let count = 1;
      while (count < CHUNK && at + count < end && pixels[at + count] === pixel + count) count++;
      chunks.push(2 * (pixel - first), masksAt + 2 * (CHUNK - count));
      at += count;
    }
    ends.push(chunks.length);
  }
  return { chunks, ends };
}
