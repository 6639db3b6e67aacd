import { POSITION_COLUMNS, type PositionColumn, type TraceColumn } from '#protocol/trace-columns.ts';

/** What a plot is of: a column of a trace, or the length of its x, y and z together. */
export type PlotColumn = TraceColumn | 'magnitudeNm';

/** One plot of the stack. */
export interface PlotDefinition<Column extends PlotColumn = PlotColumn> {
  column: Column;
  name: string;
  /** CSS variable of the line's color where one bead is shown. */
  colorVariable: string;
  decimals: number;
  /** Least span of its axis, in its unit. */
  leastSpan: number;
  /** Whether only a plan that fits fills it. */
  ofFit: boolean;
}

/** The plots of the columns from top to bottom. */
export const PLOTS: readonly PlotDefinition<TraceColumn>[] = [
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

const MAGNITUDE: PlotDefinition<'magnitudeNm'> = {
  column: 'magnitudeNm',
  name: 'magnitude',
  colorVariable: '--trace-magnitude',
  decimals: 1,
  leastSpan: 10,
  ofFit: false,
};

/** Every plot that is drawn live, from top to bottom. */
export const LIVE_PLOTS: readonly PlotDefinition[] = PLOTS.flatMap((plot) =>
  plot.column === 'zNm' ? [plot, MAGNITUDE] : [plot],
);

/**
 * The live plots that can be drawn.
 * @param fits whether the plan fits
 * @param pixelSizeNm NaN where it is not known: x and y have no magnitude in common with z then
 */
export function offeredPlots(fits: boolean, pixelSizeNm: number): readonly PlotDefinition[] {
  return LIVE_PLOTS.filter(
    (plot) => (fits || !plot.ofFit) && (plot !== MAGNITUDE || Number.isFinite(pixelSizeNm)),
  );
}

/** What turns a column into the unit it is shown in. */
export interface ShownUnit {
  /** nm, px, or nothing. */
  name: string;
  scale: number;
}

export function isPosition(column: PlotColumn): column is PositionColumn {
  return (POSITION_COLUMNS as readonly PlotColumn[]).includes(column);
}

/** x and y are shown in nm where the camera says how large a pixel is, NaN where it does not. */
export function unitOf(column: PlotColumn, pixelSizeNm: number): ShownUnit {
  if (column === 'zNm' || column === 'magnitudeNm') return { name: 'nm', scale: 1 };
  if (!isPosition(column)) return { name: '', scale: 1 };
  return Number.isFinite(pixelSizeNm) ? { name: 'nm', scale: pixelSizeNm } : { name: 'px', scale: 1 };
}

/** CSS variable of the color of a bead among others that are selected. */
export function beadColorVariable(at: number): string {
  return `--bead-${at % 8}`;
}
