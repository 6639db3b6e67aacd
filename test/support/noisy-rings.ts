import { PIXEL_FORMATS, type PixelFormat } from '#protocol/pixel-format.ts';
import { createRandom } from '#simulation/random.ts';

export const FORMATS: readonly PixelFormat[] = ['mono8', 'mono12', 'mono16', 'float32'];

/** Largest count of the rings in a format. */
const largestOf = (format: PixelFormat) => (format === 'float32' ? 37.5 : PIXEL_FORMATS[format].saturation);

/** Rings around a center over most of the range of a pixel, with noise of a fiftieth of it. */
export function noisyRings(
  size: number,
  pixelFormat: PixelFormat,
  { seed, xPx, yPx }: { seed: number; xPx: number; yPx: number },
): number[] {
  const random = createRandom(seed);
  return Array.from({ length: size * size }, (_, index) => {
    const radiusPx = Math.hypot((index % size) - xPx, Math.floor(index / size) - yPx);
    const light =
      0.5 + 0.4 * Math.cos(radiusPx) * Math.exp(-radiusPx / (0.2 * size)) + 0.02 * random.normal();
    const counts = largestOf(pixelFormat) * Math.min(1, Math.max(0, light));
    return pixelFormat === 'float32' ? Math.fround(counts - 10) : Math.round(counts);
  });
}

/** Centers in the middle, on pixels and corners, near and beyond every side, far away, and unknown on either axis. */
export function centersAround(size: number): { xPx: number; yPx: number }[] {
  const middle = (size - 1) / 2;
  const xs = [middle, middle + 0.31, 2, 0.4, -0.6, -2.5, size - 1, size + 1.2, 1e7, Number.NaN];
  return xs.flatMap((xPx, index) => [
    { xPx, yPx: middle + 0.17 },
    { xPx: middle - 0.23, yPx: xPx },
    { xPx, yPx: xs[(index * 3) % xs.length]! },
  ]);
}
