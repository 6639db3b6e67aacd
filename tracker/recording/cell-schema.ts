import { Field, Float32, Int64, Schema, Uint8, Uint16, Uint32, Utf8 } from 'apache-arrow';
import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import type { CellSettings } from './cell-record.ts';

/** Format names in the schema metadata; the number grows when an old reader would misread the file. */
export const CELLS_FORMAT = 'tweezertrack-cells/1';
export const CELL_GAPS_FORMAT = 'tweezertrack-cell-gaps/1';

/** Why a frame has no cells although they were being measured. */
export const CELL_GAP_FATES = {
  skipped: 'not measured: the calcium thread had fallen behind',
  'recorder-overrun': 'measured, but not recorded: the disk could not keep up',
} as const;

export type CellGapFate = keyof typeof CELL_GAP_FATES;

const CELL_UNITS = {
  frame: "the camera's frame number",
  timeNs: 'ns since 1970, camera time of the exposure',
  cell: 'number in the map of cells',
  counts: 'mean of its pixels, less the share of its neuropil',
  neuropil: 'mean counts of the ring around it',
  baseline: 'counts, the running one',
  dff: 'fraction, over the running baseline',
  noise: '% / sqrt(Hz), the running one of dff',
  rate: 'events a second by deconvolution',
  event: '1 where one was found',
};

const GAP_UNITS = {
  frame: 'first frame without cells',
  lastFrame: 'last frame without cells (included)',
  fate: 'one of fates',
};

const required = false;

/**
 * Schema of `cells.arrows`: one row a cell and frame; NaN where something is not known (yet).
 *
 * Counts are in float32 as the thread hands them over: 6e-8 of a mean of pixels, which has some thousandths of noise.
 * dF/F made of them again differs from that of float64 by about 1e-7 times counts over baseline.
 */
export function cellsSchema(settings: CellSettings | null): Schema {
  return new Schema(
    [
      new Field('frame', new Uint32(), required),
      new Field('timeNs', new Int64(), required),
      new Field('cell', new Uint16(), required),
      ...CELL_COLUMNS.map((name) => new Field(name, new Float32(), required)),
      new Field('event', new Uint8(), required),
    ],
    new Map([
      ['format', CELLS_FORMAT],
      ['units', JSON.stringify(CELL_UNITS)],
      // What changed since is in the record of the run.
      ['settings', JSON.stringify(settings)],
    ]),
  );
}

/** Schema of `cell-gaps.arrows`: one row for frames in a row that came while cells were measured, but have none. */
export function cellGapsSchema(): Schema {
  return new Schema(
    [
      new Field('frame', new Uint32(), required),
      new Field('lastFrame', new Uint32(), required),
      new Field('fate', new Utf8(), required),
    ],
    new Map([
      ['format', CELL_GAPS_FORMAT],
      ['units', JSON.stringify(GAP_UNITS)],
      ['fates', JSON.stringify(CELL_GAP_FATES)],
    ]),
  );
}
