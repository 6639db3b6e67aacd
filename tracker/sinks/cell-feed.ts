import type { CellTracesMessage } from '#protocol/calcium-live.ts';
import type { CalciumWatchRequest } from '#protocol/calcium-request.ts';
import { encodeLive } from '#protocol/live.ts';
import { CellRings } from './cell-rings.ts';
import type { CellSink, MeasuredCells } from './cell-sink.ts';
import { CellWatch } from './cell-watch.ts';
import { RunClock } from './run-clock.ts';
import type { TrackedFrame } from './track-sink.ts';
import type { Viewer } from './viewer.ts';

/** Past of a cell that is sent when somebody begins to watch it and does not say how much. */
const HISTORY_S = 120;

type Newest = CellTracesMessage['newest'];

/** What of the cells is sent to dashboards: traces of those they watch, the newest of all, events at once. */
export class CellFeed implements CellSink {
  readonly #viewers: ReadonlySet<Viewer>;
  readonly #rings = new CellRings();
  readonly #clock = new RunClock();
  /** s since the first frame of the run, of frames under way. */
  readonly #timeS = new Map<number, number>();
  readonly #eventsOf = new Map<number, number>();
  #events = 0;
  #newest: Newest | null = null;

  constructor(viewers: ReadonlySet<Viewer>) {
    this.#viewers = viewers;
  }

  /** Events since the start. */
  get events(): number {
    return this.#events;
  }

  /** Every frame of the run, in its order, before it is measured, if it is: the times of all begin with the first. */
  received(frame: Pick<TrackedFrame, 'id' | 'timeNs' | 'receivedNs'>, isMeasured: boolean): void {
    const timeS = this.#clock.secondsOf(frame);
    if (isMeasured) this.#timeS.set(frame.id, timeS);
  }

  measured(batch: MeasuredCells): void {
    if (this.#newest?.cells.length !== batch.cells.length || !isSame(this.#newest.cells, batch.cells)) {
      this.#follow(batch.cells);
    }
    const cells = batch.cells.length;
    const found: { cell: number; frame: number; timeS: number; dff: number }[] = [];
    for (const [frame, { id }] of batch.frames.entries()) {
      const timeS = this.#timeS.get(id)!;
      this.#timeS.delete(id);
      const firstRow = frame * cells;
      this.#rings.add(timeS, batch.columns, firstRow);
      for (let index = 0; index < cells; index++) {
        if (!batch.events[firstRow + index]) continue;
        const cell = batch.cells[index]!;
        this.#rings.event(index);
        this.#eventsOf.set(cell, (this.#eventsOf.get(cell) ?? 0) + 1);
        found.push({ cell, frame: id, timeS, dff: batch.columns.dff[firstRow + index]! });
      }
      this.#newest!.timeS = timeS;
    }
    if (found.length > 0) this.#tellEvents(found);
    this.#noteNewest(batch);
  }

  skipped(firstFrame: number, lastFrame: number): void {
    for (const id of this.#timeS.keys()) if (id >= firstFrame && id <= lastFrame) this.#timeS.delete(id);
  }

  /** Has a viewer watch cells, others than before, or none. */
  watch(viewer: Viewer, { cells, seconds = HISTORY_S }: CalciumWatchRequest & { type: 'watch-cells' }): void {
    viewer.cells = cells && new CellWatch(cells, seconds, viewer.cells);
    this.send(viewer);
  }

  /** Sends what has come since it was last called for a viewer that can take it: pasts it is owed first. */
  send(viewer: Viewer): void {
    const { cells: watch } = viewer;
    const newest = this.#newest;
    const { frames } = this.#rings;
    if (!watch || !newest || watch.toldFrames === frames || viewer.isSlow) return;
    for (const cell of watch.cells) {
      if (watch.nextOf(cell) !== undefined || !this.#rings.has(cell)) continue;
      const past = this.#rings.read(cell, this.#rings.frameBefore(watch.seconds));
      if (!viewer.offer(encodeLive({ type: 'cell-history', ...past }))) return;
      watch.sentUntil(cell, frames);
    }
    const traces = watch.cells.map((cell) => this.#rings.read(cell, watch.nextOf(cell) ?? frames));
    for (const { cell } of traces) if (watch.nextOf(cell) !== undefined) watch.sentUntil(cell, frames);
    watch.toldFrames = frames;
    viewer.send(encodeLive({ type: 'cell-traces', traces, newest }));
  }

  #follow(cells: Uint16Array): void {
    this.#rings.follow(cells);
    const column = () => new Float32Array(cells.length);
    this.#newest = {
      timeS: Number.NaN,
      cells: cells.slice(),
      ...{ dff: column(), baseline: column(), noise: column(), rate: column() },
      events: new Uint32Array(cells.length),
    };
  }

  #noteNewest({ cells, columns, frames }: MeasuredCells): void {
    const newest = this.#newest!;
    const firstRow = (frames.length - 1) * cells.length;
    for (const name of ['dff', 'baseline', 'noise', 'rate'] as const) {
      newest[name].set(columns[name].subarray(firstRow, firstRow + cells.length));
    }
    for (const [index, cell] of newest.cells.entries()) newest.events[index] = this.#eventsOf.get(cell) ?? 0;
  }

  /** At once, not with the next traces: something may be waiting for it. */
  #tellEvents(found: readonly { cell: number; frame: number; timeS: number; dff: number }[]): void {
    this.#events += found.length;
    const watching = [...this.#viewers].filter(({ cells }) => cells !== null);
    if (watching.length === 0) return;
    const bytes = encodeLive({
      type: 'cell-events',
      cells: Uint16Array.from(found, ({ cell }) => cell),
      frames: Float64Array.from(found, ({ frame }) => frame),
      timeS: Float64Array.from(found, ({ timeS }) => timeS),
      dff: Float32Array.from(found, ({ dff }) => dff),
    });
    for (const viewer of watching) viewer.tell(bytes);
  }
}

function isSame(one: Uint16Array, other: Uint16Array): boolean {
  return one.every((value, index) => value === other[index]);
}
