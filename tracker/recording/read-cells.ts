import { RecordingError } from '#protocol/errors.ts';
import { readBatches } from './arrow-stream.ts';
import { columnOf, values } from './batch-columns.ts';
import type { CellColumns } from './cell-block.ts';
import type { CellGap } from './cell-gap-log.ts';
import { CELL_GAP_FATES, CELL_GAPS_FORMAT, CELLS_FORMAT, type CellGapFate } from './cell-schema.ts';

/**
 * Cells of a `cells.arrows`, a record batch at a time, in the order they were recorded.
 * A file whose tail was cut is read up to its last whole batch.
 * @throws {RecordingError} when the file is missing or foreign
 */
export async function* readCells(path: string): AsyncGenerator<CellColumns> {
  for await (const batch of readBatches(path, CELLS_FORMAT)) {
    const float = (name: string) => values(path, batch, name, Float32Array);
    yield {
      rows: batch.numRows,
      frame: values(path, batch, 'frame', Uint32Array),
      timeNs: values(path, batch, 'timeNs', BigInt64Array),
      cell: values(path, batch, 'cell', Uint16Array),
      counts: float('counts'),
      neuropil: float('neuropil'),
      baseline: float('baseline'),
      dff: float('dff'),
      noise: float('noise'),
      rate: float('rate'),
      event: values(path, batch, 'event', Uint8Array),
    };
  }
}

/**
 * Frames without cells of a `cell-gaps.arrows`, row by row.
 * @throws {RecordingError} when the file is missing or foreign
 */
export async function* readCellGaps(path: string): AsyncGenerator<CellGap> {
  for await (const batch of readBatches(path, CELL_GAPS_FORMAT)) {
    const frame = values(path, batch, 'frame', Uint32Array);
    const lastFrame = values(path, batch, 'lastFrame', Uint32Array);
    const fate = columnOf(path, batch, 'fate');
    for (let row = 0; row < batch.numRows; row++) {
      yield { frame: frame[row]!, lastFrame: lastFrame[row]!, fate: parseFate(path, fate.get(row)) };
    }
  }
}

function parseFate(path: string, value: unknown): CellGapFate {
  if (typeof value === 'string' && value in CELL_GAP_FATES) return value as CellGapFate;
  throw new RecordingError({
    where: `${path} column fate`,
    expected: `one of ${Object.keys(CELL_GAP_FATES).join(', ')}`,
    received: String(value),
  });
}
