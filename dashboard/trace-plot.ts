import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { DrawnTrace } from './decimate-trace.ts';
import { type AxisRange, steadyRange } from './steady-range.ts';

/** One plot of one coordinate against time. */
export interface TracePlot {
  /** Draws a trace over this span of time; the trace may be reused afterwards. */
  show(trace: DrawnTrace, fromS: number, toS: number): void;
  /** CSS px the trace has from left to right. */
  plotWidth(): number;
  destroy(): void;
}

export interface TracePlotOptions {
  /** CSS variable of the line's color. */
  colorVariable: string;
  /** Only the lowest plot of a stack names the times. */
  showTimes: boolean;
  /** Least span of the value axis, so that noise of a resting bead is not blown up without end. */
  leastSpan(): number;
  /** Told of the value under the cursor; null when there is none. */
  onCursor(value: number | null): void;
}

const VALUE_AXIS_WIDTH = 62;
const TIME_AXIS_HEIGHT = 26;

/** A plot that fills its container and follows its size; all plots of the page share one cursor. */
export function createTracePlot(container: HTMLElement, options: TracePlotOptions): TracePlot {
  const cssVariable = (name: string) => () => getComputedStyle(container).getPropertyValue(name).trim();
  let span: [fromS: number, toS: number] = [0, 1];
  let valueRange: AxisRange | null = null;
  const grid: uPlot.Axis.Grid = { stroke: cssVariable('--grid'), width: 1 };
  const axis: uPlot.Axis = {
    stroke: cssVariable('--muted'),
    font: '11px system-ui, sans-serif',
    grid,
    ticks: { show: false },
  };
  const plot = new uPlot(
    {
      ...sizeOf(container),
      ms: 1,
      pxAlign: false,
      padding: [8, 14, options.showTimes ? 0 : 8, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => span },
        y: {
          range: (_, smallest, largest) => {
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
        {
          ...axis,
          size: VALUE_AXIS_WIDTH,
          gap: 6,
          space: 18,
          values: (_, values) => values.map(trimmed),
        },
      ],
      series: [
        {},
        { stroke: cssVariable(options.colorVariable), width: 1, points: { show: false }, spanGaps: false },
      ],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 6 },
        sync: { key: 'live-plots', setSeries: false },
      },
      hooks: {
        setCursor: [
          ({ cursor: { idx }, data }) => options.onCursor(idx == null ? null : (data[1]?.[idx] ?? null)),
        ],
      },
    },
    [[], []],
    container,
  );

  const resize = new ResizeObserver(() => plot.setSize(sizeOf(container)));
  resize.observe(container);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const redraw = () => plot.redraw(false, true);
  scheme.addEventListener('change', redraw);

  return {
    show(trace, fromS, toS) {
      span = [fromS, toS];
      plot.setData([trace.timeS, trace.values]);
    },
    plotWidth: () => Math.max(1, container.clientWidth - VALUE_AXIS_WIDTH),
    destroy() {
      scheme.removeEventListener('change', redraw);
      resize.disconnect();
      plot.destroy();
    },
  };
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: Math.max(1, clientWidth), height: Math.max(1, clientHeight) };
}

/** A tick without the digits of binary rounding. */
function trimmed(value: number): string {
  return String(Number(value.toPrecision(10))).replace('-', '−');
}
