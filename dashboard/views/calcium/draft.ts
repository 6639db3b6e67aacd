import { type CellMap, cellLabels, cellMapOf, LAST_CELL } from '#protocol/cell-map.ts';

/** Pixels that a step changed, and what they were. */
interface Step {
  pixels: Int32Array;
  before: Int32Array;
}

const MOST_STEPS = 100;

/** A position in px. */
export interface Place {
  x: number;
  y: number;
}

/** Cells as a person draws them, before the tracker is told. No pixel is of two cells: a brush leaves those of others alone. */
export class CellDraft {
  readonly width: number;
  readonly height: number;
  /** [row, column] number of the cell; 0 outside. */
  readonly labels: Int32Array;
  readonly #steps: Step[] = [];
  /** Pixels of the step under way with what they were; null between steps. */
  #open: Map<number, number> | null = null;
  /** Numbers of cells that are gone are not used again. */
  #highest = 0;
  #map: CellMap | null = null;

  constructor(map: CellMap) {
    this.width = map.width;
    this.height = map.height;
    this.labels = cellLabels(map);
    this.#map = map;
    for (const label of this.labels) if (label > this.#highest) this.#highest = label;
  }

  /** Whether there is a step to undo. */
  get canUndo(): boolean {
    return this.#steps.length > 0;
  }

  /** The draft as the tracker takes it; the same object until something changes. */
  get map(): CellMap {
    this.#map ??= cellMapOf(this.labels, this.width, this.height);
    return this.#map;
  }

  /** The number of a new cell; null when there are no more. */
  takeNumber(): number | null {
    return this.#highest < LAST_CELL ? ++this.#highest : null;
  }

  /** Number of the cell at a position, 0 outside. */
  cellAt({ x, y }: Place): number {
    const [column, row] = [Math.round(x), Math.round(y)];
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return 0;
    return this.labels[row * this.width + column]!;
  }

  /** All that is painted until `endStep` is undone together. */
  beginStep(): void {
    this.#open ??= new Map();
  }

  endStep(): void {
    const open = this.#open;
    this.#open = null;
    if (!open || open.size === 0) return;
    this.#steps.push({ pixels: Int32Array.from(open.keys()), before: Int32Array.from(open.values()) });
    if (this.#steps.length > MOST_STEPS) this.#steps.shift();
  }

  /**
   * Draws a line with a round brush, of pixels whose middle lies within.
   * @param cell gets the pixels that are of no cell; its own become free when it erases
   * @param radius px
   */
  stroke(cell: number, from: Place, to: Place, radius: number, erases: boolean): void {
    const [low, high] = [Math.min(from.y, to.y) - radius, Math.max(from.y, to.y) + radius];
    const [left, right] = [Math.min(from.x, to.x) - radius, Math.max(from.x, to.x) + radius];
    for (let row = Math.max(0, Math.ceil(low)); row <= Math.min(this.height - 1, high); row++) {
      for (let column = Math.max(0, Math.ceil(left)); column <= Math.min(this.width - 1, right); column++) {
        const pixel = row * this.width + column;
        if (this.labels[pixel] !== (erases ? cell : 0)) continue;
        if (distance({ x: column, y: row }, from, to) <= radius) this.#set(pixel, erases ? 0 : cell);
      }
    }
  }

  /** Removes a cell as one step. */
  remove(cell: number): void {
    this.#inStep((pixel) => (this.labels[pixel] === cell ? 0 : this.labels[pixel]!));
  }

  /** Removes all cells as one step. */
  clear(): void {
    this.#inStep(() => 0);
  }

  /** Takes other cells in place of all, as one step. @param labels [row, column] of the same size */
  replace(labels: ArrayLike<number>): void {
    this.#inStep((pixel) => labels[pixel]!);
    for (let pixel = 0; pixel < labels.length; pixel++) {
      if (labels[pixel]! > this.#highest) this.#highest = labels[pixel]!;
    }
  }

  /** Takes the last step back. */
  undo(): void {
    const step = this.#steps.pop();
    if (!step) return;
    for (const [at, pixel] of step.pixels.entries()) this.labels[pixel] = step.before[at]!;
    this.#map = null;
  }

  #inStep(labelOf: (pixel: number) => number): void {
    this.beginStep();
    for (let pixel = 0; pixel < this.labels.length; pixel++) this.#set(pixel, labelOf(pixel));
    this.endStep();
  }

  #set(pixel: number, label: number): void {
    const before = this.labels[pixel]!;
    if (before === label) return;
    if (this.#open && !this.#open.has(pixel)) this.#open.set(pixel, before);
    this.labels[pixel] = label;
    this.#map = null;
  }
}

/** Of a point from a line between two others. */
function distance({ x, y }: Place, from: Place, to: Place): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length2 = dx * dx + dy * dy;
  const along = length2 === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / length2;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from.x - t * dx, y - from.y - t * dy);
}
