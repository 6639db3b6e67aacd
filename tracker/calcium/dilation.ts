import { CalciumError, requireInteger } from './calcium-error.ts';
import { circleMask } from './masks.ts';
import { axesOf, type NdArray } from './nd-array.ts';

/**
 * A disk as a footprint: x^2 + y^2 <= radius^2.
 *
 * @param radius px, whole
 * @returns [row, column] of 0 and 1, 2 radius + 1 on a side
 * @throws {CalciumError} if the radius is not an integer from 0 on
 */
export function disk(radius: number): NdArray<Uint8Array> {
  requireInteger('disk radius', radius, 0);
  return circleMask([2 * radius + 1, 2 * radius + 1], radius, radius, radius);
}

/**
 * A mask grown by a disk; what lies outside the image is background.
 *
 * Growing twice is not growing by the sum: small disks add up to a polygon.
 *
 * @param mask [row, column]
 * @param radius px, whole
 * @returns [row, column] of 0 and 1
 * @throws {CalciumError} if the mask has other axes or the radius is not an integer from 0 on
 */
export function dilateMask(mask: NdArray, radius: number): NdArray<Uint8Array> {
  requireInteger('dilateMask radius', radius, 0);
  const axes = axesOf('dilateMask mask', mask, ['row', 'column']);
  const [rows, columns] = axes as [number, number];
  const values = new Uint8Array(rows * columns);
  const halfWidths = Array.from({ length: 2 * radius + 1 }, (_, index) =>
    Math.floor(Math.sqrt(radius * radius - (index - radius) ** 2)),
  );
  for (let at = 0; at < values.length; at++) {
    if (mask.values[at] === 0) continue;
    const row = Math.floor(at / columns);
    const column = at % columns;
    for (const [index, half] of halfWidths.entries()) {
      const to = row + index - radius;
      if (to < 0 || to >= rows) continue;
      const first = to * columns + Math.max(0, column - half);
      values.fill(1, first, to * columns + Math.min(columns, column + half + 1));
    }
  }
  return { shape: mask.shape, values };
}

export interface NeuropilOptions {
  /** Pixels that belong to no ring, [row, column]: the masks of all cells. */
  exclude?: NdArray;
  /** Fewest pixels of a ring; it is widened until it has them or nothing is left to add; default 0. */
  leastPixels?: number;
}

/**
 * Ring around a mask, for the light between the cells: `width` px wide, `gap` px away.
 *
 * @param mask [row, column]
 * @param width px, whole
 * @param gap px, whole
 * @returns [row, column] of 0 and 1
 * @throws {CalciumError} if the masks differ in shape, a size is not whole, or the ring stays too small
 */
export function neuropilRing(
  mask: NdArray,
  width: number,
  gap: number,
  { exclude, leastPixels = 0 }: NeuropilOptions = {},
): NdArray<Uint8Array> {
  requireInteger('neuropilRing width', width, 1);
  requireInteger('neuropilRing gap', gap, 0);
  if (exclude && exclude.shape.join() !== mask.shape.join()) {
    throw new CalciumError({
      where: 'neuropilRing exclude',
      expected: `shape [${mask.shape.join(', ')}]`,
      received: `[${exclude.shape.join(', ')}]`,
    });
  }
  const inner = dilateMask(mask, gap);
  const widest = Math.max(width, ...mask.shape);
  for (let wide = width; ; wide++) {
    const ring = dilateMask(mask, gap + wide);
    let pixels = 0;
    for (let at = 0; at < ring.values.length; at++) {
      if (inner.values[at] || exclude?.values[at]) ring.values[at] = 0;
      pixels += ring.values[at]!;
    }
    if (pixels >= leastPixels) return ring;
    if (wide >= widest) {
      throw new CalciumError({
        where: 'neuropilRing leastPixels',
        expected: `at most the ${pixels} pixels beside the mask`,
        received: String(leastPixels),
      });
    }
  }
}
