import { CELL_COLUMNS, type CellColumn } from '#protocol/calcium-live.ts';
import { RecordingError } from '#protocol/errors.ts';
import type { CellColumns } from './cell-block.ts';
import { GrowingRow } from './growing-row.ts';
import { readCellGaps, readCells } from './read-cells.ts';
import type { Run } from './read-recording.ts';

/** Values of one reading at most, cells times frames: some hundred MB of all columns. */
const MOST_CELL_VALUES = 1 << 24;

export interface CellTracesOptions {
  /** Those to read, all when left out; ones that are not in the run are left out. */
  cells?: readonly number[];
  /** All when left out. */
  columns?: readonly CellColumn[];
  mostValues?: number;
}

/** A cell of a run. [frame] from the first to the last of the run; NaN, or no event, where it was not measured. */
export interface RecordedCell {
  cell: number;
  /** Those that were asked for. */
  columns: Partial<Record<CellColumn, Float32Array>>;
  event: Uint8Array;
}

/** Cells of a run over every frame number from the first with cells to the last, missing ones included. */
export interface RecordedCells {
  /** Number of the first frame; 0 where there is none. */
  firstFrame: number;
  frames: number;
  /** [frame] ns since 1970, camera time; of a missing frame between its neighbors. */
  timeNs: BigInt64Array;
  /** Numbers of all cells of the run, ascending. */
  cells: number[];
  /** In the order they were asked for, or ascending. */
  traces: RecordedCell[];
  /** Frames with cells; not measured because the thread fell behind; measured but not recorded. */
  measured: number;
  skipped: number;
  lost: number;
}

/**
 * The traces of a run, also of one under way, up to its last whole batch.
 * @throws {RecordingError} when it has no cells, their files are foreign, or there are more values than `mostValues`
 */
export async function readCellTraces(run: Run, options: CellTracesOptions = {}): Promise<RecordedCells> {
  const reading = new CellReading(run, options);
  for await (const batch of readCells(run.cellsPath)) reading.add(batch);
  const missing = { skipped: 0, 'recorder-overrun': 0 };
  for await (const { frame, lastFrame, fate } of readCellGaps(run.cellGapsPath)) {
    missing[fate] += lastFrame - frame + 1;
  }
  return { ...reading.finish(), skipped: missing.skipped, lost: missing['recorder-overrun'] };
}

interface GrowingCell {
  columns: GrowingRow<Float32Array>[];
  event: GrowingRow<Uint8Array>;
}

/** Rows as they are read, sorted into traces. */
class CellReading {
  readonly #where: string;
  readonly #asked: readonly number[] | undefined;
  readonly #names: readonly CellColumn[];
  readonly #mostValues: number;
  readonly #found = new Set<number>();
  readonly #traces = new Map<number, GrowingCell>();
  readonly #timeNs = new GrowingRow(BigInt64Array, 0n);
  #firstFrame = -1;
  #frames = 0;
  #measured = 0;

  constructor(
    { cellsPath }: Run,
    { cells, columns = CELL_COLUMNS, mostValues = MOST_CELL_VALUES }: CellTracesOptions,
  ) {
    this.#where = cellsPath;
    this.#asked = cells;
    this.#names = columns;
    this.#mostValues = mostValues;
  }

  add(batch: CellColumns): void {
    for (let row = 0; row < batch.rows; row++) {
      const frame = batch.frame[row]!;
      if (this.#firstFrame < 0) this.#firstFrame = frame;
      const at = frame - this.#firstFrame;
      if (at < 0) throw this.#unordered(frame);
      if (at >= this.#frames) this.#begin(at, batch.timeNs[row]!);
      const cell = batch.cell[row]!;
      this.#found.add(cell);
      const trace = this.#traceOf(cell);
      if (!trace) continue;
      this.#names.forEach((name, column) => {
        trace.columns[column]!.set(at, batch[name][row]!);
      });
      trace.event.set(at, batch.event[row]!);
    }
  }

  finish(): Omit<RecordedCells, 'skipped' | 'lost'> {
    const frames = this.#frames;
    const cells = [...this.#found].sort((one, other) => one - other);
    return {
      firstFrame: Math.max(0, this.#firstFrame),
      frames,
      timeNs: betweenNeighbors(this.#timeNs.take(frames)),
      cells,
      traces: (this.#asked ?? cells).flatMap((cell) => {
        const trace = this.#traces.get(cell);
        if (!trace) return [];
        const columns: RecordedCell['columns'] = {};
        this.#names.forEach((name, column) => {
          columns[name] = trace.columns[column]!.take(frames);
        });
        return [{ cell, columns, event: trace.event.take(frames) }];
      }),
      measured: this.#measured,
    };
  }

  #begin(at: number, timeNs: bigint): void {
    this.#frames = at + 1;
    this.#measured++;
    this.#requireRoom();
    this.#timeNs.set(at, timeNs);
  }

  #traceOf(cell: number): GrowingCell | undefined {
    const known = this.#traces.get(cell);
    if (known || (this.#asked && !this.#asked.includes(cell))) return known;
    const columns = this.#names.map(() => new GrowingRow(Float32Array, Number.NaN));
    const trace = { columns, event: new GrowingRow(Uint8Array, 0) };
    this.#traces.set(cell, trace);
    this.#requireRoom();
    return trace;
  }

  #unordered(frame: number): RecordingError {
    const expected = `frames from ${this.#firstFrame} on, in order`;
    return new RecordingError({ where: this.#where, expected, received: `frame ${frame}` });
  }

  #requireRoom(): void {
    const cells = Math.max(1, this.#traces.size);
    if (cells * this.#frames <= this.#mostValues) return;
    throw new RecordingError({
      where: this.#where,
      expected: `at most ${this.#mostValues} values at a time, cells times frames`,
      received: `${cells} cells over ${this.#frames} frames or more`,
      remedy: 'take fewer cells at a time',
    });
  }
}

/** Fills what is 0, a frame that is missing, evenly. */
function betweenNeighbors(timeNs: BigInt64Array): BigInt64Array {
  let last = 0;
  for (let at = 1; at < timeNs.length; at++) {
    if (timeNs[at] === 0n) continue;
    const steps = BigInt(at - last);
    const [from, to] = [timeNs[last]!, timeNs[at]!];
    for (let step = 1n; step < steps; step++) {
      timeNs[last + Number(step)] = from + ((to - from) * step) / steps;
    }
    last = at;
  }
  return timeNs;
}
