import type { Roi } from '#protocol/roi.ts';
import { POSITION_COLUMNS } from '#protocol/trace-columns.ts';
import type { TrackTable } from '#protocol/track-table.ts';

/** Frames over which the noise is a mean. */
const FRAMES = 100;
const AXES = POSITION_COLUMNS.length;

interface Figures {
  /** [axis] position in the newest frame, and mean of half the squared steps from frame to frame. */
  position: Float64Array;
  halfSquares: Float64Array;
  /** [axis] steps so far. */
  steps: Float64Array;
}

/**
 * Noise of every bead from frame to frame: the standard deviation of white noise that would move it as much.
 * Drift and slow motion cancel. A mean over about the last 100 frames; allocates only when a bead comes.
 */
export class BeadNoise {
  readonly #beads = new Map<number, Figures>();
  /** [bead] in the order of `#rois`. */
  readonly #order: Figures[] = [];
  #rois: readonly Roi[] = [];

  /** Takes the points of one frame; `firstRow` is that of the first bead. */
  add(rois: readonly Roi[], table: TrackTable, firstRow: number): void {
    if (rois !== this.#rois) this.#follow(rois);
    for (let axis = 0; axis < AXES; axis++) {
      const values = table[POSITION_COLUMNS[axis]!];
      for (let index = 0; index < rois.length; index++)
        note(this.#order[index]!, axis, values[firstRow + index]!);
    }
  }

  /** Noise of a bead along an axis of `POSITION_COLUMNS`, in the unit of its column; NaN before its second frame. */
  of(bead: number, axis: number): number {
    return Math.sqrt(this.#beads.get(bead)?.halfSquares[axis] ?? Number.NaN);
  }

  #follow(rois: readonly Roi[]): void {
    this.#rois = rois;
    this.#order.length = 0;
    for (const { bead } of rois) {
      let figures = this.#beads.get(bead);
      if (!figures) {
        figures = {
          position: new Float64Array(AXES).fill(Number.NaN),
          halfSquares: new Float64Array(AXES).fill(Number.NaN),
          steps: new Float64Array(AXES),
        };
        this.#beads.set(bead, figures);
      }
      this.#order.push(figures);
    }
    if (this.#beads.size === rois.length) return;
    const kept = new Set(this.#order);
    for (const [bead, figures] of this.#beads) if (!kept.has(figures)) this.#beads.delete(bead);
  }
}

function note({ position, halfSquares, steps }: Figures, axis: number, value: number): void {
  const step = value - position[axis]!;
  position[axis] = value;
  if (Number.isNaN(step)) return;
  const halfSquare = (step * step) / 2;
  steps[axis]!++;
  if (steps[axis] === 1) halfSquares[axis] = halfSquare;
  else halfSquares[axis]! += (halfSquare - halfSquares[axis]!) / Math.min(steps[axis]!, FRAMES);
}
