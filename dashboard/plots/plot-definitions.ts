import { MOTOR_COLUMNS, type MotorColumn } from '#protocol/motor.ts';
import { POSITION_COLUMNS, type PositionColumn, type TraceColumn } from '#protocol/trace-columns.ts';

/** What a plot of beads is of: a column of their traces, or the length of their x, y and z together. */
export type BeadColumn = TraceColumn | 'magnitudeNm';

/** What a plot is of. */
export type PlotColumn = BeadColumn | MotorColumn;

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

/** The plots of motors, each with a unit of its own. */
export const MOTOR_PLOTS: readonly (PlotDefinition<MotorColumn> & { unit: string })[] = (
  [
    { column: 'magnetMm', name: 'magnet', unit: 'mm', decimals: 3, leastSpan: 0.01 },
    { column: 'magnetTurns', name: 'rotation', unit: 'turns', decimals: 2, leastSpan: 0.1 },
    { column: 'focusZNm', name: 'focus', unit: 'nm', decimals: 0, leastSpan: 10 },
  ] as const
).map((plot) => ({ ...plot, colorVariable: '--trace-motor', ofFit: false }));

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
  plot.column === 'zNm' ? [plot, MAGNITUDE, ...MOTOR_PLOTS] : [plot],
);

/**
 * The live plots that can be drawn.
 * @param fits whether the plan fits
 * @param pixelSizeNm NaN where it is not known: x and y have no magnitude in common with z then
 * @param motors those of which it is known where they are
 */
export function offeredPlots(
  fits: boolean,
  pixelSizeNm: number,
  motors: readonly MotorColumn[] = [],
): readonly PlotDefinition[] {
  return LIVE_PLOTS.filter(
    (plot) =>
      (fits || !plot.ofFit) &&
      (plot !== MAGNITUDE || Number.isFinite(pixelSizeNm)) &&
      (!isMotor(plot.column) || motors.includes(plot.column)),
  );
}

/** What turns a column into the unit it is shown in. */
export interface ShownUnit {
  /** nm, px, what a motor counts in, or nothing. */
  name: string;
  scale: number;
}

export function isPosition(column: PlotColumn): column is PositionColumn {
  return (POSITION_COLUMNS as readonly PlotColumn[]).includes(column);
}

export function isMotor(column: PlotColumn): column is MotorColumn {
  return (MOTOR_COLUMNS as readonly PlotColumn[]).includes(column);
}

/** x and y are shown in nm where the camera says how large a pixel is, NaN where it does not. */
export function unitOf(column: PlotColumn, pixelSizeNm: number): ShownUnit {
  if (column === 'zNm' || column === 'magnitudeNm') return { name: 'nm', scale: 1 };
  if (!isPosition(column)) {
    return { name: MOTOR_PLOTS.find((plot) => plot.column === column)?.unit ?? '', scale: 1 };
  }
  return Number.isFinite(pixelSizeNm) ? { name: 'nm', scale: pixelSizeNm } : { name: 'px', scale: 1 };
}

/** CSS variable of the color of a bead among others that are selected. */
export function beadColorVariable(at: number): string {
  return `--bead-${at % 8}`;
}
