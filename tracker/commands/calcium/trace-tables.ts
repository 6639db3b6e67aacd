import type { CellTraces } from '#calcium/cell-traces.ts';
import type { NdArray } from '#calcium/nd-array.ts';
import { encodeNpz } from '#protocol/npz.ts';

/** What was measured of cells. */
export interface TraceTable extends CellTraces {
  /** [cell, frame] */
  readonly dff?: NdArray<Float64Array>;
  /** Per cell its frames. */
  readonly events?: readonly Int32Array[];
}

/** Rows are put together in parts: one text of all would be longer than a text may be. */
const ROWS_AT_ONCE = 10_000;

/**
 * A row a frame and cell: `counts` of the cell, those of its `neuropil`, `dff`, and `event` where there is one.
 * @param fps Hz
 */
export function tracesCsv({ raw, neuropil, dff, events }: TraceTable, fps: number): Uint8Array {
  const [cells, frames] = raw.shape as [number, number];
  const columns: [name: string, NdArray | undefined][] = [
    ['counts', raw],
    ['neuropil', neuropil],
    ['dff', dff],
  ];
  const present = columns.filter(([, values]) => values !== undefined);
  const header = ['frame', 'time_s', 'cell', ...present.map(([name]) => name), ...(events ? ['event'] : [])];
  const marked = events?.map((ofCell) => new Set(ofCell));
  return encodeRows(header, frames * cells, (row) => {
    const [frame, cell] = [Math.floor(row / cells), row % cells];
    const at = cell * frames + frame;
    const values = present.map(([, array]) => array!.values[at]!);
    const event = marked ? [marked[cell]!.has(frame) ? 1 : 0] : [];
    return [frame, frame / fps, cell + 1, ...values, ...event];
  });
}

/**
 * Arrays for NumPy: `counts`, `neuropil` and `dff` [cell, frame], `event_cell` and `event_frame` [event], and `fps`.
 * Cells are numbered from 1.
 */
export function tracesNpz({ raw, neuropil, dff, events }: TraceTable, fps: number): Uint8Array {
  const array = ({ shape, values }: NdArray) => ({ shape, data: values });
  const found = events?.flatMap((ofCell, cell) => Array.from(ofCell, (frame) => [cell + 1, frame] as const));
  const column = (at: 0 | 1) => ({
    shape: [found!.length],
    data: Int32Array.from(found!, (event) => event[at]),
  });
  return encodeNpz({
    counts: array(raw),
    ...(neuropil && { neuropil: array(neuropil) }),
    ...(dff && { dff: array(dff) }),
    ...(found && { event_cell: column(0), event_frame: column(1) }),
    fps: { shape: [], data: Float64Array.of(fps) },
  });
}

/** A row an event. */
export function eventsCsv(events: readonly Int32Array[], fps: number): Uint8Array {
  const rows = events.flatMap((ofCell, cell) =>
    Array.from(ofCell, (frame) => [cell + 1, frame, frame / fps]),
  );
  return encodeRows(['cell', 'frame', 'time_s'], rows.length, (row) => rows[row]!);
}

/** A table of numbers as CSV; NaN is an empty cell. */
export function encodeRows(
  header: readonly string[],
  rows: number,
  row: (index: number) => readonly number[],
): Uint8Array {
  const parts = [Buffer.from(`${header.join(',')}\n`)];
  for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
    let text = '';
    for (let index = first; index < Math.min(rows, first + ROWS_AT_ONCE); index++) {
      text += `${row(index)
        .map((value) => (Number.isNaN(value) ? '' : value))
        .join(',')}\n`;
    }
    parts.push(Buffer.from(text));
  }
  return Buffer.concat(parts);
}
