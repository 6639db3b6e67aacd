import { CalciumError } from '#calcium/calcium-error.ts';
import { maskAbove } from '#calcium/masks.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { connectedRegions } from '#calcium/regions.ts';
import type { CellsFoundMessage, LiveProjection, ProjectionMessage } from '#protocol/calcium-live.ts';
import { cellMapOf, LAST_CELL } from '#protocol/cell-map.ts';
import type { CellSearch, PixelSquare } from './calcium-host.ts';

/**
 * A projection in 16 bits, from its lowest to its highest pixel.
 *
 * @param projection [row, column] counts; a pixel that is not finite is shown as the lowest
 */
export function projectionMessage(
  { shape, values }: NdArray,
  kind: LiveProjection,
  frames: number,
): ProjectionMessage {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) low = high = 0;
  const scale = high > low ? 65_535 / (high - low) : 0;
  const pixels = new Uint16Array(values.length);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = values[pixel]!;
    if (Number.isFinite(value)) pixels[pixel] = Math.round((value - low) * scale);
  }
  const [height, width] = shape as [number, number];
  return { type: 'calcium-projection', kind, frames, width, height, low, high, pixels };
}

/**
 * Cells of a projection: parts above a threshold that touch. Other work is done between its steps.
 *
 * @param projection [row, column] counts
 * @param pause lets other work in
 * @throws {CalciumError} when nothing is above the threshold, or there are more cells than numbers
 */
export async function cellsFound(
  projection: NdArray,
  { method, value, leastPixels, leftOut = [] }: CellSearch,
  pause: () => Promise<void>,
): Promise<CellsFoundMessage> {
  const whole = finite(projection);
  const out = pixelsOf(leftOut, projection.shape as [number, number]);
  const { threshold: counts } = maskAbove(leftOut.length > 0 ? without(whole, out) : whole, {
    method,
    value,
  });
  const { mask } = maskAbove(whole, { method: 'absolute', value: counts });
  for (let pixel = 0; pixel < out.length; pixel++) if (out[pixel] === 1) mask.values[pixel] = 0;
  await pause();
  const { labels, pixels } = connectedRegions(mask, leastPixels);
  await pause();
  if (pixels.length === 0 || pixels.length > LAST_CELL) {
    throw new CalciumError({
      where: 'cells of the projection',
      expected: `1 to ${LAST_CELL} regions of at least ${leastPixels} px above ${counts} counts`,
      received: `${pixels.length}`,
      remedy: pixels.length === 0 ? 'lower the threshold' : 'raise the threshold or the least pixels',
    });
  }
  const [height, width] = projection.shape as [number, number];
  return { type: 'cells-found', map: cellMapOf(labels.values, width, height), threshold: counts };
}

/** [row, column] 1 in one of the squares. */
function pixelsOf(squares: readonly PixelSquare[], [height, width]: [number, number]): Uint8Array {
  const inside = new Uint8Array(height * width);
  for (const { left, top, size } of squares) {
    const [first, end] = [Math.max(0, left), Math.min(width, left + size)];
    if (first >= end) continue;
    for (let row = Math.max(0, top); row < Math.min(height, top + size); row++) {
      inside.fill(1, row * width + first, row * width + end);
    }
  }
  return inside;
}

/** [1, pixel] those that are not left out. */
function without({ values }: NdArray, out: Uint8Array): NdArray {
  const kept = new Float64Array(values.length);
  let pixels = 0;
  for (let pixel = 0; pixel < values.length; pixel++) if (out[pixel] === 0) kept[pixels++] = values[pixel]!;
  return { shape: [1, pixels], values: kept.subarray(0, pixels) };
}

/** With pixels that are not finite, as a dead one of a float camera, at the lowest: they are in no cell. */
function finite({ shape, values }: NdArray): NdArray {
  let low = Number.POSITIVE_INFINITY;
  let isWhole = true;
  for (let pixel = 0; pixel < values.length; pixel++) {
    if (!Number.isFinite(values[pixel]!)) isWhole = false;
    else if (values[pixel]! < low) low = values[pixel]!;
  }
  if (isWhole) return { shape, values };
  return { shape, values: values.map((value) => (Number.isFinite(value) ? value : low)) };
}
