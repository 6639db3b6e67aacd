import type { CellTracesMessage } from '#protocol/calcium-live.ts';

type Newest = CellTracesMessage['newest'];

/** What is known of a cell by its newest frame. */
export interface NewestCell {
  cell: number;
  dff: number;
  baseline: number;
  noise: number;
  rate: number;
  events: number;
}

/** What a list of cells can be ordered by. */
export type CellOrder = keyof NewestCell;

/** The newest of one cell; null where none came. */
export function newestOf(newest: Newest | null, cell: number): NewestCell | null {
  if (!newest) return null;
  const at = indexOf(newest.cells, cell);
  return at < 0 ? null : rowAt(newest, at);
}

/**
 * Cells with their newest frames in an order; those without a number come last.
 * @param descends whether the largest comes first
 */
export function cellsInOrder(
  cells: readonly number[],
  newest: Newest | null,
  order: CellOrder,
  descends: boolean,
): NewestCell[] {
  const rows = cells.map((cell) => newestOf(newest, cell) ?? { ...UNKNOWN, cell });
  const sign = descends ? -1 : 1;
  return rows.sort((a, b) => {
    const [one, other] = [a[order], b[order]];
    if (Number.isNaN(one) || Number.isNaN(other)) {
      return Number(Number.isNaN(one)) - Number(Number.isNaN(other)) || a.cell - b.cell;
    }
    return sign * (one - other) || a.cell - b.cell;
  });
}

const UNKNOWN = {
  ...{ dff: Number.NaN, baseline: Number.NaN, noise: Number.NaN },
  ...{ rate: Number.NaN, events: Number.NaN },
};

function rowAt(newest: Newest, at: number): NewestCell {
  const { cells, dff, baseline, noise, rate, events } = newest;
  return {
    ...{ cell: cells[at]!, dff: dff[at]!, baseline: baseline[at]! },
    ...{ noise: noise[at]!, rate: rate[at]!, events: events[at]! },
  };
}

/** Where a cell is among ascending ones, or -1. */
function indexOf(cells: Uint16Array, cell: number): number {
  let [first, last] = [0, cells.length];
  while (first < last) {
    const middle = (first + last) >> 1;
    if (cells[middle]! < cell) first = middle + 1;
    else last = middle;
  }
  return cells[first] === cell ? first : -1;
}
