import type { CellTrace } from '#protocol/calcium-live.ts';
import { CellRing } from './cell-ring.ts';
import { pointsBefore } from './trace-ring.ts';

/** Frames of a cell that are kept: 43 minutes at 100 fps, 8 MB. */
const CELL_FRAMES = 262_144;

/** What is known of one watched cell. */
export interface WatchedCell {
  readonly cell: number;
  readonly ring: CellRing;
  /** [event] s, ascending, as far back as the ring. */
  eventS: Float64Array;
}

/** Traces of the watched cells, in typed columns that a plot takes as they are. */
export class WatchedCells {
  readonly #cells = new Map<number, WatchedCell>();
  #wanted: readonly number[] = [];

  of(cell: number): WatchedCell | undefined {
    return this.#cells.get(cell);
  }

  /** Watches these cells from now on; those watched before keep their traces. */
  watch(cells: readonly number[]): void {
    this.#wanted = cells;
    for (const cell of this.#cells.keys()) if (!cells.includes(cell)) this.#cells.delete(cell);
  }

  /** Begins the trace of a watched cell with its past. */
  begin(past: CellTrace, gapS: number): void {
    if (!this.#wanted.includes(past.cell)) return;
    const watched = { cell: past.cell, ring: new CellRing(CELL_FRAMES), eventS: new Float64Array(0) };
    this.#cells.set(past.cell, watched);
    add(watched, past, gapS);
  }

  /** Takes frames; those of a watched cell of which no past came are its beginning. */
  append(traces: readonly CellTrace[], gapS: number): void {
    for (const trace of traces) {
      const watched = this.#cells.get(trace.cell);
      if (watched) add(watched, trace, gapS);
      else if (trace.timeS.length > 0) this.begin(trace, gapS);
    }
  }

  clear(): void {
    this.#cells.clear();
  }
}

function add(watched: WatchedCell, trace: CellTrace, gapS: number): void {
  const { ring } = watched;
  const isNewRun = trace.timeS.length > 0 && trace.timeS[0]! < ring.newestTimeS;
  ring.append(trace, gapS);
  if (trace.eventS.length === 0 && !isNewRun) return;
  const before = isNewRun ? watched.eventS.subarray(0, 0) : watched.eventS;
  const kept = before.subarray(pointsBefore(before, ring.oldestTimeS));
  watched.eventS = new Float64Array(kept.length + trace.eventS.length);
  watched.eventS.set(kept);
  watched.eventS.set(trace.eventS, kept.length);
}
