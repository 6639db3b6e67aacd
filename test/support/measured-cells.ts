import { CELL_COLUMNS, type CellColumn } from '#protocol/calcium-live.ts';
import { type CellMap, cellMapOf } from '#protocol/cell-map.ts';
import type { CellFacts } from '#recording/cell-record.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';

/** 2026-01-01 and 7 ns: a time that float64 cannot hold. */
const START_NS = 1_767_225_600_000_000_007n;

/**
 * Cells whose every number follows from frame and cell: transients that decay, on a slow wave; dF/F is not known in the
 * first 10 frames. Cells are 1, 3, 5, ...; frames are `first`, `first + 1`, ... at 30 a second.
 */
export function measuredCells(first: number, frames: number, cells: number): MeasuredCells {
  const columns = Object.fromEntries(
    CELL_COLUMNS.map((name) => [name, new Float32Array(frames * cells)]),
  ) as Record<CellColumn, Float32Array>;
  const events = new Uint8Array(frames * cells);
  for (let index = 0; index < frames; index++) {
    for (let cell = 0; cell < cells; cell++) {
      const row = index * cells + cell;
      const frame = first + index;
      const since = (frame + 17 * cell) % 90;
      const dff = Math.exp(-since / 20);
      const noise = Math.sin(12.9898 * frame + 78.233 * cell) * 0.02;
      columns.counts[row] = 100 + 10 * cell + 100 * dff + 5 * Math.sin(frame / 200) + 100 * noise;
      columns.neuropil[row] = 50 + Math.cos(frame / 7);
      columns.baseline[row] = 100 + 10 * cell;
      columns.dff[row] = frame < 10 ? Number.NaN : dff + noise;
      columns.noise[row] = 1.5;
      columns.rate[row] = since < 3 ? 10 : 0;
      events[row] = since === 2 ? 1 : 0;
    }
  }
  return {
    frames: Array.from({ length: frames }, (_, index) => {
      const timeNs = START_NS + (BigInt(first + index) * 1_000_000_000n) / 30n;
      return { id: first + index, timeNs, receivedNs: timeNs + 1000n, measuredNs: timeNs + 5_000_000n };
    }),
    cells: Uint16Array.from({ length: cells }, (_, cell) => 1 + 2 * cell),
    columns,
    events,
    waveforms: [],
  };
}

/** A map with the cells of `measuredCells`, 2 px each, a row a cell; 12 columns wide, `shift` px from the left. */
export function cellMap(cells: number, shift = 0): CellMap {
  const [width, height] = [12, cells + 1];
  const labels = new Uint16Array(width * height);
  for (let cell = 0; cell < cells; cell++)
    labels.fill(1 + 2 * cell, cell * width + shift, cell * width + shift + 2);
  return cellMapOf(labels, width, height);
}

/** What `measuredCells` are measured with. */
export function cellFacts(cells: number, shift = 0): CellFacts {
  return {
    fps: 30,
    map: cellMap(cells, shift),
    neuropil: { width: 3, gap: 2, share: 0.7 },
    steps: [{ stage: 'roi-traces', params: {} }],
  };
}
