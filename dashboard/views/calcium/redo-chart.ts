import { effect, type ReadonlySignal, signal } from '@preact/signals';
import type { CalciumRedo, CellDeltaF } from '#protocol/calcium-redo.ts';
import { paintWhileSeen } from '../../painting/paint-while-seen.ts';
import { decimateTrace, Polyline, TimeBuckets } from '../../plots/decimate-trace.ts';
import { createTracePlot, type PlotMark } from '../../plots/trace-plot.ts';
import type { TimeSpan } from '../../store/plot-choices.ts';
import { cellColors } from './cell-colors.ts';
import { QUANTITIES } from './choices.ts';

/** Draws dF/F of the first cell of an answer as it was live and as it is offline, until the returned function is called. */
export function runRedoChart(container: HTMLElement, redo: ReadonlySignal<CalciumRedo | null>): () => void {
  const zoom = signal<TimeSpan | null>(null);
  const buckets = new TimeBuckets();
  const lines = [new Polyline(), new Polyline()];
  const plot = createTracePlot(container, {
    showTimes: true,
    lineWidth: 1.5,
    leastSpan: () => QUANTITIES.dff.leastSpan,
    onCursor: () => {},
    onZoom: (span) => {
      zoom.value = span;
    },
  });
  const colors = cellColors('compare');

  function draw(): void {
    const { timeS = new Float64Array(0), traces = [] } = redo.peek() ?? {};
    const [cell] = traces;
    const all = { fromS: timeS[0] ?? 0, toS: Math.max(timeS.at(-1) ?? 1, (timeS[0] ?? 0) + 0.1) };
    const span = zoom.peek() ?? all;
    const marks: PlotMark[] = [];
    buckets.sort(timeS, (span.toS - span.fromS) / plot.plotWidth());
    const ways: readonly CellDeltaF[] = cell ? [cell.live, cell.offline] : [];
    const curves = ways.map(({ dff, events }, at) => {
      const line = lines[at]!;
      line.length = 0;
      decimateTrace(buckets, Float64Array.from(dff), 0, buckets.count, line);
      for (const event of events) marks.push({ timeS: timeS[event]!, row: at, color: colors[at]!.mark });
      return { line, band: null, unit: { origin: 0, scale: 1 }, color: colors[at]!.line };
    });
    plot.show(curves, span, null, marks);
  }

  const painter = paintWhileSeen(container, draw, 0);
  const stop = effect(() => {
    void redo.value;
    void zoom.value;
    painter.request();
  });
  return () => {
    stop();
    painter.stop();
    plot.destroy();
  };
}
