import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { axisLook, keepFitting, sizeOf, trimmed } from './plot-frame.ts';
import type { AxisRange } from './steady-range.ts';

/** Points of one curve; what is not finite, or not positive on a logarithmic axis, is left out and breaks a line. */
export interface PlottedCurve {
  x: Float64Array;
  y: Float64Array;
  /** CSS color. */
  color: string;
}

/** One plot of curves against something else than time. */
export interface CurvePlot {
  /** Draws curves, and names what its axes are; the curves may be filled anew at the next call. */
  show(curves: readonly PlottedCurve[], labels: { x: string; y: string }): void;
  destroy(): void;
}

export interface CurvePlotOptions {
  style: 'line' | 'dots' | 'bars';
  /** Whether both axes are logarithmic. */
  isLog?: boolean;
  /** Whether a unit is as long on either axis. */
  isSquare?: boolean;
}

const EMPTY: AxisRange = [1, 10];

/** A plot that fills its container and follows its size. */
export function createCurvePlot(container: HTMLElement, options: CurvePlotOptions): CurvePlot {
  const { style, isLog = false, isSquare = false } = options;
  let shown: readonly PlottedCurve[] = [];
  let labels = { x: '', y: '' };
  let ranges: { x: AxisRange; y: AxisRange } = { x: EMPTY, y: EMPTY };
  const axis = {
    ...axisLook(container),
    labelFont: '11px system-ui, sans-serif',
    labelSize: 16,
    values: (_: uPlot, values: (number | null)[]) => values.map(tickOf),
  };
  const plot = new uPlot(
    {
      ...sizeOf(container),
      ms: 1,
      pxAlign: false,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, distr: isLog ? 3 : 1, range: () => ranges.x },
        y: { distr: isLog ? 3 : 1, range: () => ranges.y },
      },
      axes: [
        { ...axis, size: 24, gap: 3, space: 60, label: () => labels.x },
        { ...axis, size: 54, gap: 4, space: 24, label: () => labels.y },
      ],
      series: [{}, { points: { show: false } }],
      cursor: { show: false },
      hooks: { draw: [(drawn) => paint(drawn, shown, style)] },
    },
    [EMPTY, [null, null]],
    container,
  );
  const stopFitting = keepFitting(plot, container);

  return {
    show(curves, names) {
      shown = curves;
      labels = names;
      ranges = { x: rangeOf(curves, 'x', isLog), y: rangeOf(curves, 'y', isLog) };
      // Bars stand on zero.
      if (style === 'bars') ranges.y = [0, ranges.y[1]];
      if (isSquare) ranges = squared(ranges, plot.bbox.width / Math.max(1, plot.bbox.height));
      plot.setData([ranges.x, [null, null]]);
    },
    destroy() {
      stopFitting();
      plot.destroy();
    },
  };
}

function paint(plot: uPlot, curves: readonly PlottedCurve[], style: CurvePlotOptions['style']): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const dot = 1.5 * devicePixelRatio;
  for (const { x, y, color } of curves) {
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    ctx.lineWidth = 1.25 * devicePixelRatio;
    ctx.globalAlpha = style === 'line' ? 1 : 0.55;
    ctx.beginPath();
    let isDown = false;
    for (let point = 0; point < x.length; point++) {
      const left = plot.valToPos(x[point]!, 'x', true);
      const top = plot.valToPos(y[point]!, 'y', true);
      if (!Number.isFinite(left) || !Number.isFinite(top)) {
        isDown = false;
        continue;
      }
      if (style === 'dots') ctx.fillRect(left - dot / 2, top - dot / 2, dot, dot);
      else if (style === 'bars') {
        const half = (plot.valToPos(x[1] ?? x[0]! + 1, 'x', true) - plot.valToPos(x[0]!, 'x', true)) / 2;
        ctx.fillRect(left - half, top, Math.max(1, 2 * half - 1), bbox.top + bbox.height - top);
      } else if (isDown) ctx.lineTo(left, top);
      else ctx.moveTo(left, top);
      isDown = true;
    }
    if (style === 'line') ctx.stroke();
    ctx.globalAlpha = 1;
  }
  ctx.restore();
}

/** Smallest and largest value of all curves, with some room about them. */
function rangeOf(curves: readonly PlottedCurve[], of: 'x' | 'y', isLog: boolean): AxisRange {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (const curve of curves) {
    for (const value of curve[of]) {
      if (!Number.isFinite(value) || (isLog && value <= 0)) continue;
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
    }
  }
  if (smallest > largest) return EMPTY;
  if (isLog) return [roundedDown(smallest / 1.2), -roundedDown(-largest * 1.2)];
  const room = 0.04 * (largest - smallest) || 0.5;
  return [smallest - room, largest + room];
}

/** The next number of one digit below; of a negative one, whose size is larger. */
function roundedDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(Math.abs(value)));
  return Math.floor(value / decade) * decade;
}

/** Widens the shorter axis. @param aspect width over height of the plot */
function squared({ x, y }: { x: AxisRange; y: AxisRange }, aspect: number): { x: AxisRange; y: AxisRange } {
  const [spanX, spanY] = [x[1] - x[0], y[1] - y[0]];
  if (spanX < spanY * aspect) return { x: widened(x, spanY * aspect), y };
  return { x, y: widened(y, spanX / aspect) };
}

function widened([from, to]: AxisRange, span: number): AxisRange {
  const middle = (from + to) / 2;
  return [middle - span / 2, middle + span / 2];
}

/** A tick of either kind of axis; null where a logarithmic one has a line without a number. */
function tickOf(value: number | null): string {
  if (value === null) return '';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5))
    return value.toExponential().replace('e+', 'e').replaceAll('-', '−');
  return trimmed(value);
}
