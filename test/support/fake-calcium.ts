import type {
  CalciumState,
  CalciumStatus,
  CellTrace,
  LiveProjection,
  ProjectionMessage,
} from '#protocol/calcium-live.ts';
import { type CalciumRequest, isCalciumWatchRequest } from '#protocol/calcium-request.ts';
import { type CellMap, cellMapOf, cellsOf, parseCellMap } from '#protocol/cell-map.ts';
import type { LiveMessage } from '#protocol/live.ts';
import type { Role } from '#protocol/role.ts';

/** Frames that a cell is brighter for, and s between its events; those of neighbors in number differ. */
const DECAY_S = 0.8;
const periodS = (cell: number) => 3 + (cell % 7) * 0.9;

/** A field of round cells. */
export interface FakeCells {
  width: number;
  height: number;
  cells: number;
  /** px */
  radius: number;
}

/** The tracker's side of calcium traces with invented cells that fire at regular times. */
export class FakeCalcium {
  state: CalciumState;
  /** Frames to report as skipped. */
  skipped = 0;
  readonly field: FakeCells;
  readonly #truth: CellMap;
  readonly #watched = new Map<object, readonly number[]>();
  #measured = 0;

  /** @param isOn whether its cells are there and measured from the start */
  constructor(field: FakeCells, isOn: boolean) {
    this.field = field;
    this.#truth = mapOf(field);
    const map = isOn ? this.#truth : { ...this.#truth, runs: new Uint32Array(0) };
    this.state = { on: isOn, map, neuropil: null, stages: ['roi-traces'], savedAs: null };
  }

  /** Does what is asked; resolves to why not, or null. */
  obey(
    viewer: object,
    request: CalciumRequest,
    { role, timeS }: { role: Role; timeS: number },
    say: (message: LiveMessage) => void,
    tellAll: (message: LiveMessage) => void,
  ): string | null {
    if (!isCalciumWatchRequest(request) && role !== 'operator') {
      return `E_ACCESS ${request.type}: expected the role operator`;
    }
    switch (request.type) {
      case 'watch-cells': {
        const before = this.#watched.get(viewer) ?? [];
        if (request.cells) this.#watched.set(viewer, request.cells);
        else this.#watched.delete(viewer);
        for (const cell of request.cells ?? []) {
          if (!before.includes(cell))
            say({ type: 'cell-history', ...this.#trace(cell, timeS - 60, timeS, 50) });
        }
        return null;
      }
      case 'calcium-projection':
        say(this.#projection(request.kind));
        return null;
      case 'find-cells':
        say({ type: 'cells-found', map: this.#truth, threshold: 812.5 });
        return null;
      case 'set-calcium': {
        const { on = this.state.on, neuropil = this.state.neuropil } = request;
        this.state = { ...this.state, on, neuropil };
        break;
      }
      case 'set-cells': {
        const { width, height } = this.field;
        this.state = { ...this.state, map: parseCellMap(width, height, request.runs), savedAs: 'cells.npy' };
        break;
      }
      case 'reset-projections':
        this.#measured = 0;
        return null;
    }
    tellAll({ type: 'calcium', calcium: this.state });
    return null;
  }

  forget(viewer: object): void {
    this.#watched.delete(viewer);
  }

  /** What a viewer is told of the frames from a time to another. */
  messages(viewer: object, fromS: number, toS: number, fps: number): LiveMessage[] {
    const watched = this.#watched.get(viewer);
    if (!this.state.on || !watched) return [];
    const cells = this.#cells();
    const column = (of: (cell: number) => number) => Float32Array.from(cells, of);
    const fired = cells.filter((cell) => eventsOf(cell, fromS, toS).length > 0);
    const events: LiveMessage = {
      type: 'cell-events',
      cells: Uint16Array.from(fired),
      frames: Float64Array.from(fired, () => Math.round(toS * fps)),
      timeS: Float64Array.from(fired, (cell) => eventsOf(cell, fromS, toS)[0]!),
      dff: Float32Array.from(fired, (cell) => deltaF(cell, toS)),
    };
    const newest = {
      timeS: toS,
      cells: Uint16Array.from(cells),
      dff: column((cell) => deltaF(cell, toS)),
      baseline: column((cell) => 800 + cell),
      noise: column((cell) => 1 + 0.1 * cell),
      rate: column((cell) => 1 / periodS(cell)),
      events: Uint32Array.from(cells, (cell) => Math.floor(toS / periodS(cell))),
    };
    const traces = watched
      .filter((cell) => cells.includes(cell))
      .map((cell) => this.#trace(cell, fromS, toS, fps));
    const told: LiveMessage = { type: 'cell-traces', traces, newest };
    return fired.length > 0 ? [told, events] : [told];
  }

  /** @param frames since the last status */
  status(frames: number): CalciumStatus {
    if (this.state.on) this.#measured += frames;
    const counts = { measured: this.#measured, skipped: this.skipped, waiting: 0, events: this.#measured };
    return { ...counts, usPerFrame: 143, projected: this.#measured };
  }

  #cells(): number[] {
    return this.state.map ? cellsOf(this.state.map) : [];
  }

  #trace(cell: number, fromS: number, toS: number, fps: number): CellTrace {
    const frames = Math.round((toS - fromS) * fps);
    const timeS = Float64Array.from({ length: frames }, (_, at) => fromS + at / fps);
    const dff = Float32Array.from(timeS, (atS) => deltaF(cell, atS));
    return {
      ...{ cell, timeS, dff, counts: dff.map((value) => 800 * (1 + value)) },
      rate: Float32Array.from(timeS, () => 1 / periodS(cell)),
      eventS: Float64Array.from(eventsOf(cell, fromS, toS)),
    };
  }

  #projection(kind: LiveProjection): ProjectionMessage {
    const { width, height } = this.field;
    const pixels = Uint16Array.from({ length: width * height }, (_, pixel) => 3000 + ((pixel * 7919) % 1500));
    for (let run = 0; run < this.#truth.runs.length; run += 3) {
      const [first, count, cell] = this.#truth.runs.subarray(run, run + 3);
      pixels.fill(20_000 + ((cell! * 4409) % 30_000), first!, first! + count!);
    }
    return {
      type: 'calcium-projection',
      kind,
      frames: this.#measured,
      width,
      height,
      low: 100,
      high: 900,
      pixels,
    };
  }
}

/** Fraction: a step at every event that decays, and a ripple that is the same every time. */
function deltaF(cell: number, atS: number): number {
  const period = periodS(cell);
  const sinceS = ((atS % period) + period) % period;
  return (0.4 + 0.1 * (cell % 9)) * Math.exp(-sinceS / DECAY_S) + 0.02 * Math.sin(97 * atS + cell);
}

/** Times of a cell's events from one to before another. */
function eventsOf(cell: number, fromS: number, toS: number): number[] {
  const times: number[] = [];
  const period = periodS(cell);
  for (let event = Math.ceil(fromS / period); event * period < toS; event++) times.push(event * period);
  return times;
}

/** Disks row by row, numbered from 1. */
function mapOf({ width, height, cells, radius }: FakeCells): CellMap {
  const columns = Math.ceil(Math.sqrt((cells * width) / height));
  const rows = Math.ceil(cells / columns);
  const labels = new Uint16Array(width * height);
  for (let cell = 0; cell < cells; cell++) {
    const x = Math.round(((cell % columns) + 0.5) * (width / columns));
    const y = Math.round((Math.floor(cell / columns) + 0.5) * (height / rows));
    for (let row = y - radius; row <= y + radius; row++) {
      const half = Math.floor(Math.sqrt(radius ** 2 - (row - y) ** 2));
      labels.fill(cell + 1, row * width + x - half, row * width + x + half + 1);
    }
  }
  return cellMapOf(labels, width, height);
}
