/** The cells one dashboard watches, and how far it got with each. */
export class CellWatch {
  /** In the order they were asked for. */
  readonly cells: readonly number[];
  /** How much of their past it asked for, s. */
  readonly seconds: number;
  /** By cell: the first frame it has not got; those are left out whose past it has not got. */
  readonly #next = new Map<number, number>();
  /** Frames there were when it was last sent anything; -1 before. */
  toldFrames = -1;

  /**
   * Cells watched before lose no frame. The past is owed of those that are new or were not watched so far back, and of
   * all when nothing else is asked for.
   */
  constructor(cells: readonly number[], seconds: number, before: CellWatch | null) {
    this.cells = [...new Set(cells)];
    this.seconds = seconds;
    if (!before || before.seconds !== seconds) return;
    const renews =
      before.cells.length === this.cells.length && this.cells.every((cell) => before.#next.has(cell));
    if (renews && this.cells.length > 0) return;
    for (const cell of this.cells) {
      const next = before.#next.get(cell);
      if (next !== undefined) this.#next.set(cell, next);
    }
  }

  /** First frame of a cell that is to be sent; undefined while its past is owed. */
  nextOf(cell: number): number | undefined {
    return this.#next.get(cell);
  }

  sentUntil(cell: number, frame: number): void {
    this.#next.set(cell, frame);
  }
}
