import { type Data, makeData, Uint32 } from 'apache-arrow';
import type { Roi } from '#protocol/roi.ts';
import type { AppendFile } from './append-file.ts';
import type { BatchEncoder } from './batch-encoder.ts';

/** Columns of `rois.arrows` in order: the ROI a bead has from this frame on. */
export const ROI_COLUMNS = ['frame', 'bead', 'left', 'top'] as const;

/** Writes where ROIs followed their beads to: up to one row a bead and frame, far too many for `run.json`. */
export class RoiLog {
  readonly file: AppendFile;
  readonly #encoder: BatchEncoder;
  #rows: number[][] = [];

  constructor(file: AppendFile, encoder: BatchEncoder) {
    this.file = file;
    this.#encoder = encoder;
  }

  followed(frame: number, { bead, left, top }: Roi): void {
    this.#rows.push([frame, bead, left, top]);
  }

  /** Hands the rows to the file. */
  flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const columns = ROI_COLUMNS.map((_, column) => uint32Data(rows.map((row) => row[column]!)));
    this.file.push(this.#encoder.encode(columns, rows.length), rows.length);
    this.#rows = [];
  }
}

function uint32Data(values: number[]): Data {
  const data = Uint32Array.from(values);
  return makeData({ type: new Uint32(), length: values.length, nullCount: 0, data });
}
