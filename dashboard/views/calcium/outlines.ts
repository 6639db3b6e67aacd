import { type CellMap, cellLabels } from '#protocol/cell-map.ts';

/** One cell as it is drawn; positions in px with (0, 0) at the corner of the first pixel. */
export interface CellOutline {
  cell: number;
  pixels: number;
  /** Middle of its pixels. */
  x: number;
  y: number;
  /** [edge, (x, y, x, y)] of pixels where another cell or none begins. */
  edges: number[];
}

const known = new WeakMap<CellMap, CellOutline[]>();

/** Outlines of the cells of a map, by ascending number; made once for a map. */
export function outlinesOf(map: CellMap): CellOutline[] {
  let outlines = known.get(map);
  if (!outlines) {
    outlines = traced(map);
    known.set(map, outlines);
  }
  return outlines;
}

function traced(map: CellMap): CellOutline[] {
  const { width, height, runs } = map;
  const labels = cellLabels(map);
  const cells = new Map<number, CellOutline>();
  for (let run = 0; run < runs.length; run += 3) {
    const [first, pixels, cell] = [runs[run]!, runs[run + 1]!, runs[run + 2]!];
    const outline = cells.get(cell) ?? { cell, pixels: 0, x: 0, y: 0, edges: [] };
    cells.set(cell, outline);
    const [left, row] = [first % width, Math.floor(first / width)];
    outline.pixels += pixels;
    outline.x += pixels * (left + pixels / 2);
    outline.y += pixels * (row + 0.5);
    outline.edges.push(left, row, left, row + 1, left + pixels, row, left + pixels, row + 1);
    alongRow(labels, width, outline, first, pixels, row > 0 ? -width : null, row);
    alongRow(labels, width, outline, first, pixels, row + 1 < height ? width : null, row + 1);
  }
  for (const outline of cells.values()) {
    outline.x /= outline.pixels;
    outline.y /= outline.pixels;
  }
  return [...cells.values()].sort((a, b) => a.cell - b.cell);
}

/** Edges above or below a run, those side by side joined. @param beside pixels to the neighbors; null outside of the frame */
function alongRow(
  labels: Int32Array,
  width: number,
  { cell, edges }: CellOutline,
  first: number,
  pixels: number,
  beside: number | null,
  y: number,
): void {
  let from = -1;
  for (let at = 0; at <= pixels; at++) {
    const isEdge = at < pixels && (beside === null || labels[first + at + beside] !== cell);
    if (isEdge && from < 0) from = at;
    if (isEdge || from < 0) continue;
    const left = first % width;
    edges.push(left + from, y, left + at, y);
    from = -1;
  }
}

/** CSS color of a cell: neighbors in number are far apart in hue. */
export function cellColor(cell: number): string {
  return `hsl(${Math.round((cell * 137.508) % 360)} 80% 62%)`;
}
