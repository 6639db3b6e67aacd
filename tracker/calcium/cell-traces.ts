import { CalciumError } from './calcium-error.ts';
import { neuropilRing } from './dilation.ts';
import { maskTraces, type SparseMask, toSparseMask } from './mask-traces.ts';
import { type NdArray, zeros } from './nd-array.ts';
import { subtractNeuropil } from './roi-traces.ts';

/** Where the light between the cells is measured, and how much of it lies over them. */
export interface NeuropilRingOptions {
  /** px */
  readonly width: number;
  /** px between a cell and its ring */
  readonly gap: number;
  readonly share: number;
}

/** Traces of cells. */
export interface CellTraces {
  /** [cell, frame] mean of its pixels, counts. */
  readonly raw: NdArray<Float64Array>;
  /** [cell, frame] mean of its ring, counts; absent where none was asked for. */
  readonly neuropil?: NdArray<Float64Array>;
  /** [cell, frame] what remains of `raw` without its share of `neuropil`, counts. */
  readonly traces: NdArray<Float64Array>;
}

/**
 * One trace for each cell, without the light around it.
 *
 * @param images [frame, row, column] counts
 * @param labels [row, column] number of the cell from 1; 0 outside
 * @param cells how many there are
 * @throws {CalciumError} if a number has no pixel, or a ring none beside the other cells
 */
export function cellTraces(
  images: NdArray,
  labels: NdArray<Int32Array>,
  cells: number,
  ring?: NeuropilRingOptions,
): CellTraces {
  const masks: SparseMask[] = [];
  const rings: SparseMask[] = [];
  for (let cell = 1; cell <= cells; cell++) {
    const mask = {
      shape: labels.shape,
      values: Uint8Array.from(labels.values, (label) => (label === cell ? 1 : 0)),
    };
    masks.push(toSparseMask(mask));
    if (!ring) continue;
    const around = neuropilRing(mask, ring.width, ring.gap, { exclude: labels });
    if (!around.values.includes(1)) {
      throw new CalciumError({
        where: `cellTraces ring of cell ${cell}`,
        expected: 'at least one pixel beside the cells',
        received: 'none',
        remedy: 'make the ring wider or its gap narrower',
      });
    }
    rings.push(toSparseMask(around));
  }
  const raw = maskTraces(images, masks);
  if (!ring) return { raw, traces: raw };
  const neuropil = maskTraces(images, rings);
  const traces = zeros(raw.shape);
  const frames = raw.shape[1]!;
  for (let start = 0; start < raw.values.length; start += frames) {
    const [cell, light] = [raw, neuropil].map(({ values }) => values.subarray(start, start + frames));
    traces.values.set(subtractNeuropil(cell!, light!, ring.share), start);
  }
  return { raw, neuropil, traces };
}
