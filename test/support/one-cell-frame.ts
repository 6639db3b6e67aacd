import { CELL_COLUMNS, type CellColumn } from '#protocol/calcium-live.ts';

/** A frame without pixels for a stage that works on the columns of one cell; number and time may be changed. */
export function oneCellFrame() {
  const columns = Object.fromEntries(CELL_COLUMNS.map((name) => [name, new Float64Array(1)]));
  return {
    id: 0,
    timeS: 0,
    pixels: new Uint8Array(),
    columns: columns as Record<CellColumn, Float64Array>,
    event: new Uint8Array(1),
    waveforms: [],
  };
}
