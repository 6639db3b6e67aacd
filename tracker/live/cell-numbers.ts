import { createHash } from 'node:crypto';
import { type CellMap, cellsOf, LAST_CELL } from '#protocol/cell-map.ts';
import { LimitError, ProtocolError } from '#protocol/errors.ts';

/** Which number is of which cell: one that is gone may come back as it was, and no other takes its number. */
export class CellNumbers {
  #now: CellMap;
  #present: ReadonlySet<number>;
  /** By number: the pixels that a cell had when it went. */
  readonly #gone = new Map<number, string>();
  #highest: number;

  constructor(first: CellMap) {
    this.#now = first;
    const cells = cellsOf(first);
    this.#present = new Set(cells);
    this.#highest = cells.at(-1) ?? 0;
  }

  /**
   * Other cells in the place of those before.
   * @throws {ProtocolError} when a number is that of another cell, which is gone
   */
  change(map: CellMap): void {
    const cells = cellsOf(map);
    const back = cells.filter((cell) => this.#gone.has(cell) && !this.#present.has(cell));
    for (const [cell, pixels] of pixelsOf(map, back)) {
      if (pixels === this.#gone.get(cell)) continue;
      throw new ProtocolError({
        where: `cell ${cell}`,
        expected: 'a number that no other cell had',
        received: 'that of a cell that is gone',
        remedy: `number new cells from ${this.#highest + 1} on`,
      });
    }
    const present = new Set(cells);
    const leaving = [...this.#present].filter((cell) => !present.has(cell));
    for (const [cell, pixels] of pixelsOf(this.#now, leaving)) this.#gone.set(cell, pixels);
    this.#now = map;
    this.#present = present;
    this.#highest = Math.max(this.#highest, cells.at(-1) ?? 0);
  }

  /**
   * A map with numbers that no cell had yet, in the same order.
   * @throws {LimitError} when there are no such numbers left
   */
  renumbered({ width, height, runs }: CellMap): CellMap {
    const fresh = runs.map((value, at) => (at % 3 === 2 ? value + this.#highest : value));
    const highest = fresh.reduce((most, value, at) => (at % 3 === 2 ? Math.max(most, value) : most), 0);
    if (highest <= LAST_CELL) return { width, height, runs: fresh };
    throw new LimitError({
      where: 'cells',
      expected: `numbers up to ${LAST_CELL}`,
      received: `${highest}`,
      remedy: 'restart the tracker to number them anew',
    });
  }
}

/** By cell: what tells its pixels from others. */
function pixelsOf({ runs }: CellMap, cells: readonly number[]): [number, string][] {
  const hashes = new Map(cells.map((cell) => [cell, createHash('sha256')]));
  for (let run = 0; run < runs.length; run += 3) {
    hashes.get(runs[run + 2]!)?.update(`${runs[run]} ${runs[run + 1]}\n`);
  }
  return [...hashes].map(([cell, hash]) => [cell, hash.digest('base64')]);
}
