import type { NeuropilRing } from '#protocol/calcium-live.ts';
import { type CellMap, cellLabels, cellsOf } from '#protocol/cell-map.ts';

/** Pixels of many cells, or of their rings, one after the other. */
export interface PixelLists {
  /** [pixel] index in the frame; those of a cell row by row. */
  pixels: Int32Array;
  /** [cell + 1] where those of a cell begin in `pixels`. */
  starts: Int32Array;
}

/** Pixels of every cell, cells in ascending order of their numbers. */
export function cellPixels(map: CellMap): PixelLists {
  const cells = cellsOf(map);
  const indexOf = new Map(cells.map((cell, index) => [cell, index]));
  const starts = new Int32Array(cells.length + 1);
  const { runs } = map;
  for (let run = 0; run < runs.length; run += 3) starts[indexOf.get(runs[run + 2]!)! + 1]! += runs[run + 1]!;
  for (let cell = 0; cell < cells.length; cell++) starts[cell + 1]! += starts[cell]!;
  const pixels = new Int32Array(starts[cells.length]!);
  const next = starts.slice();
  for (let run = 0; run < runs.length; run += 3) {
    const index = indexOf.get(runs[run + 2]!)!;
    for (let step = 0; step < runs[run + 1]!; step++) pixels[next[index]!++] = runs[run]! + step;
  }
  return { pixels, starts };
}

/**
 * Pixels of the ring around every cell, as `neuropilRing` of `#calcium/dilation.ts` with all cells left out has them.
 *
 * A cell that is shut in by others has a ring without a pixel.
 */
export function ringPixels(
  map: CellMap,
  { pixels, starts }: PixelLists,
  { width, gap }: Pick<NeuropilRing, 'width' | 'gap'>,
): PixelLists {
  const labels = cellLabels(map);
  const rings: number[][] = [];
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const own = pixels.subarray(starts[cell]!, starts[cell + 1]!);
    const edge = edgeOf(own, labels, map);
    rings.push(ringAround(edge, labels, map, gap, gap + width));
  }
  const ringStarts = new Int32Array(starts.length);
  for (const [cell, ring] of rings.entries()) ringStarts[cell + 1] = ringStarts[cell]! + ring.length;
  const ringPixels = new Int32Array(ringStarts.at(-1)!);
  for (const [cell, ring] of rings.entries()) ringPixels.set(ring, ringStarts[cell]!);
  return { pixels: ringPixels, starts: ringStarts };
}

/** Pixels with a side on what is not of the cell: of all its pixels, the nearest to anything outside is one of these. */
function edgeOf(own: Int32Array, labels: Int32Array, { width, height }: CellMap): number[] {
  const edge: number[] = [];
  for (const pixel of own) {
    const label = labels[pixel];
    const column = pixel % width;
    const row = (pixel - column) / width;
    const isInside =
      (column === 0 || labels[pixel - 1] === label) &&
      (column === width - 1 || labels[pixel + 1] === label) &&
      (row === 0 || labels[pixel - width] === label) &&
      (row === height - 1 || labels[pixel + width] === label);
    if (!isInside) edge.push(pixel);
  }
  return edge;
}

/** Pixels farther than `inner` and at most `outer` from the edge that are of no cell, row by row. */
function ringAround(
  edge: readonly number[],
  labels: Int32Array,
  { width, height }: CellMap,
  inner: number,
  outer: number,
): number[] {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (const pixel of edge) {
    const column = pixel % width;
    const row = (pixel - column) / width;
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
    left = Math.min(left, column);
    right = Math.max(right, column);
  }
  const box = {
    top: Math.max(0, top - outer),
    bottom: Math.min(height - 1, bottom + outer),
    left: Math.max(0, left - outer),
    right: Math.min(width - 1, right + outer),
  };
  const near = withinBox(edge, width, inner, box);
  const far = withinBox(edge, width, outer, box);
  const columns = box.right - box.left + 1;
  const ring: number[] = [];
  for (let row = box.top; row <= box.bottom; row++) {
    for (let column = box.left; column <= box.right; column++) {
      const at = (row - box.top) * columns + column - box.left;
      if (far[at]! > 0 && near[at] === 0 && labels[row * width + column] === 0) {
        ring.push(row * width + column);
      }
    }
  }
  return ring;
}

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** [row, column] of a box: how many pixels of the edge are at most `radius` away. */
function withinBox(edge: readonly number[], width: number, radius: number, box: Box): Int32Array {
  const columns = box.right - box.left + 1;
  // One more column: a disk that ends at the right side stops beyond it.
  const stride = columns + 1;
  const rows = box.bottom - box.top + 1;
  const changes = new Int32Array(rows * stride);
  const halfWidths = Array.from({ length: radius + 1 }, (_, row) =>
    Math.floor(Math.sqrt(radius ** 2 - row ** 2)),
  );
  for (const pixel of edge) {
    const column = (pixel % width) - box.left;
    const row = Math.floor(pixel / width) - box.top;
    const last = Math.min(rows - 1, row + radius);
    for (let to = Math.max(0, row - radius); to <= last; to++) {
      const half = halfWidths[Math.abs(to - row)]!;
      changes[to * stride + Math.max(0, column - half)]!++;
      changes[to * stride + Math.min(columns, column + half + 1)]!--;
    }
  }
  const counts = new Int32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let count = 0;
    for (let column = 0; column < columns; column++) {
      count += changes[row * stride + column]!;
      counts[row * columns + column] = count;
    }
  }
  return counts;
}
