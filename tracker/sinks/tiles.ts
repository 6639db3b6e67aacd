import type { TilesMessage } from '#protocol/picture-request.ts';
import type { Pixels } from '#protocol/pixel-format.ts';
import { type CountRange, FrameRange } from './frame-range.ts';
import { PreviewMaker } from './preview.ts';

/** The pixels of one ROI, [row, column]. */
export interface Crop {
  bead: number;
  size: number;
  pixels: Pixels;
}

/** All tiles of a message, bytes. */
const MOST_BYTES = 1 << 20;
/** px of a side, largest first; the last is for however many. */
const MOST_SIDES = [96, 64, 48, 32, 24, 16];

const SAMPLES = 20_000;

const maker = new PreviewMaker();
const frameRange = new FrameRange();

/**
 * The ROIs as 8-bit squares, binned so that all together are at most 1 MiB where 16 px a side allow it.
 * Black and white are the same for all, so that a dim bead looks dim.
 */
export function makeTiles(frame: number, crops: readonly Crop[]): TilesMessage {
  const mostSide =
    MOST_SIDES.find((side) => side * side * crops.length <= MOST_BYTES) ?? MOST_SIDES[MOST_SIDES.length - 1]!;
  const steps = Uint16Array.from(crops, ({ size }) => Math.ceil(size / mostSide));
  const sides = Uint16Array.from(crops, ({ size }, tile) => Math.floor(size / steps[tile]!));
  const { black, white } = commonRange(crops);
  const pixels = new Uint8Array(sides.reduce((sum, side) => sum + side * side, 0));
  let at = 0;
  for (const [tile, { size, pixels: counts }] of crops.entries()) {
    const whole = { frame, pixels: counts, width: size, height: size };
    const settings = { left: 0, top: 0, width: size, height: size, maxWidth: mostSide, black, white };
    const picture = maker.make(whole, settings);
    pixels.set(picture.pixels, at);
    at += sides[tile]! ** 2;
  }
  return { type: 'tiles', frame, beads: Uint32Array.from(crops, ({ bead }) => bead), sides, steps, pixels };
}

/** Quantiles of a sample of the pixels of all. */
function commonRange(crops: readonly Crop[]): CountRange {
  const total = crops.reduce((sum, { pixels }) => sum + pixels.length, 0);
  const stride = Math.max(1, Math.floor(total / SAMPLES));
  const sample = new Float32Array(Math.ceil(total / stride));
  let taken = 0;
  let next = 0;
  for (const { pixels } of crops) {
    for (; next < pixels.length; next += stride) sample[taken++] = pixels[next]!;
    next -= pixels.length;
  }
  return frameRange.of(sample.subarray(0, taken), taken, 1);
}
