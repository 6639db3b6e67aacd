import { POSITION_COLUMNS, type PositionColumn, type TraceColumn } from '#protocol/trace-columns.ts';

/** One plot of the stack. */
export interface PlotDefinition {
  column: TraceColumn;
  name: string;
  /** CSS variable of the line's color where one bead is shown. */
  colorVariable: string;
  decimals: number;
  /** Least span of its axis, in its unit. */
  leastSpan: number;
  /** Whether only a plan that fits fills it. */
  ofFit: boolean;
}

/** The plots from top to bottom. */
export const PLOTS: readonly PlotDefinition[] = [
  { column: 'xPx', name: 'x', colorVariable: '--trace-x', decimals: 1, leastSpan: 5, ofFit: false },
  { column: 'yPx', name: 'y', colorVariable: '--trace-y', decimals: 1, leastSpan: 5, ofFit: false },
  { column: 'zNm', name: 'z', colorVariable: '--trace-z', decimals: 1, leastSpan: 10, ofFit: false },
  {
    column: 'score',
    name: 'score',
    colorVariable: '--trace-score',
    decimals: 4,
    leastSpan: 1e-4,
    ofFit: false,
  },
  {
    column: 'chiSquared',
    name: 'χ²',
    colorVariable: '--trace-chi',
    decimals: 2,
    leastSpan: 0.1,
    ofFit: true,
  },
];

/** What turns a column into the unit it is shown in. */
export interface ShownUnit {
  /** nm, px, or nothing. */
  name: string;
  scale: number;
}

export function isPosition(column: TraceColumn): column is PositionColumn {
  return (POSITION_COLUMNS as readonly TraceColumn[]).includes(column);
}

/** x and y are shown in nm where the camera says how large a pixel is, NaN where it does not. */
export function unitOf(column: TraceColumn, pixelSizeNm: number): ShownUnit {
  if (column === 'zNm') return { name: 'nm', scale: 1 };
  if (!isPosition(column)) return { name: '', scale: 1 };
  return Number.isFinite(pixelSizeNm) ? { name: 'nm', scale: pixelSizeNm } : { name: 'px', scale: 1 };
}

/** CSS variable of the color of a bead among others that are selected. */
export function beadColorVariable(at: number): string {
  return `--bead-${at % 8}`;
}
