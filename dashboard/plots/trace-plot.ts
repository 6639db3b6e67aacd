import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { TimeSpan } from '../store/plot-choices.ts';
import { type Curve, paintCurves, rangeOf } from './paint-curves.ts';
import { axisLook, keepFitting, sizeOf, trimmed } from './plot-frame.ts';
import { type AxisRange, steadyRange } from './steady-range.ts';

/** One plot of one column against time. */
export interface TracePlot {
  /**
   * Draws curves over this span of time; they may be filled anew afterwards.
   * @param limits of the value axis, which scales itself when null
   */
  show(curves: readonly Curve[], span: TimeSpan, limits: AxisRange | null, marks?: readonly PlotMark[]): void;
  /** CSS px the curves have from left to right. */
  plotWidth(): number;
  destroy(): void;
}

/** A moment that is marked at the upper edge. */
export interface PlotMark {
  timeS: number;
  /** Marks of several traces lie in rows, from 0. */
  row: number;
  /** CSS color. */
  color: string;
}

export interface TracePlotOptions {
  /** CSS px of lines, 1 when left out. */
  lineWidth?: number;
  /** Only the lowest plot of a stack names the times. */
  showTimes: boolean;
  /** Least span of the value axis, so that noise of a resting bead is not blown up without end. */
  leastSpan(): number;
  /** Told of the time under the cursor, s; null when it leaves. */
  onCursor(timeS: number | null): void;
  /** A person dragged over a span of time, or wants all of it back. */
  onZoom(span: TimeSpan | null): void;
}

const VALUE_AXIS_WIDTH = 62;
const TIME_AXIS_HEIGHT = 26;
/** CSS px below which a drag is a click. */
const LEAST_DRAG = 4;
/** CSS px of a mark. */
const MARK_PX = 7;

/** A plot that fills its container and follows its size; all plots of the page share one cursor. */
export function createTracePlot(container: HTMLElement, options: TracePlotOptions): TracePlot {
  let span: TimeSpan = { fromS: 0, toS: 1 };
  let valueRange: AxisRange | null = null;
  let shown: readonly Curve[] = [];
  let limits: AxisRange | null = null;
  let marked: readonly PlotMark[] = [];
  const axis = axisLook(container);

  function paint({ ctx, bbox, valToPos }: uPlot): void {
    const { left, top, width, height } = bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    const xSlope = width / (span.toS - span.fromS);
    const yAt = valToPos(0, 'y', true);
    const map = { xAt: left - xSlope * span.fromS, xSlope, yAt, ySlope: valToPos(1, 'y', true) - yAt };
    paintCurves(ctx, shown, map, span.fromS, (options.lineWidth ?? 1) * devicePixelRatio);
    for (const { timeS, row, color } of marked) {
      paintMark(ctx, map.xAt + xSlope * timeS, top + row * MARK_PX * devicePixelRatio, color);
    }
    ctx.restore();
  }

  const plot = new uPlot(
    {
      ...sizeOf(container),
      ms: 1,
      pxAlign: false,
      padding: [8, 14, options.showTimes ? 0 : 8, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [span.fromS, span.toS] },
        y: {
          range: () => {
            if (limits) return limits;
            const [smallest, largest] = rangeOf(shown, span.fromS) ?? [null, null];
            valueRange = steadyRange(smallest, largest, options.leastSpan(), valueRange);
            return valueRange;
          },
        },
      },
      axes: [
        {
          ...axis,
          size: options.showTimes ? TIME_AXIS_HEIGHT : 0,
          gap: 4,
          space: 70,
          values: (_, times) => times.map((time) => (options.showTimes ? `${trimmed(time)} s` : '')),
        },
        { ...axis, size: VALUE_AXIS_WIDTH, gap: 6, space: 18, values: (_, values) => values.map(trimmed) },
      ],
      series: [{}, { points: { show: false } }],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        sync: { key: 'live-plots', setSeries: false },
        bind: {
          dblclick: () => () => {
            options.onZoom(null);
            return null;
          },
        },
      },
      hooks: {
        draw: [paint],
        setCursor: [
          ({ cursor: { left = -1 }, posToVal }) => options.onCursor(left < 0 ? null : posToVal(left, 'x')),
        ],
        setSelect: [
          (drawn) => {
            const { left, width } = drawn.select;
            if (width >= LEAST_DRAG) {
              options.onZoom({ fromS: drawn.posToVal(left, 'x'), toS: drawn.posToVal(left + width, 'x') });
            }
            if (width > 0) drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    // uPlot draws axes, grid, cursor and selection; the curves are painted from their own columns.
    [
      [0, 1],
      [null, null],
    ],
    container,
  );
  const stopFitting = keepFitting(plot, container);

  return {
    show(curves, nextSpan, nextLimits, marks = []) {
      shown = curves;
      marked = marks;
      span = nextSpan;
      limits = nextLimits;
      plot.setData([
        [span.fromS, span.toS],
        [null, null],
      ]);
    },
    plotWidth: () => Math.max(1, container.clientWidth - VALUE_AXIS_WIDTH),
    destroy() {
      stopFitting();
      plot.destroy();
    },
  };
}

/** A triangle that points down from a place. */
function paintMark(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  const half = (MARK_PX / 2) * devicePixelRatio;
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(x - half, y);
  context.lineTo(x + half, y);
  context.lineTo(x, y + 2 * half);
  context.fill();
}
