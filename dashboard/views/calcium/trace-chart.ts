import { effect, type Signal } from '@preact/signals';
import { cellsOf } from '#protocol/cell-map.ts';
import { paintWhileSeen } from '../../painting/paint-while-seen.ts';
import { decimateTrace, Polyline, TimeBuckets } from '../../plots/decimate-trace.ts';
import type { Curve } from '../../plots/paint-curves.ts';
import { createTracePlot, type PlotMark } from '../../plots/trace-plot.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { pointsBefore } from '../../store/trace-ring.ts';
import type { WatchedCell } from '../../store/watched-cells.ts';
import { type CellColors, cellColors } from './cell-colors.ts';
import { choices, QUANTITIES, type Quantity, shownCells } from './choices.ts';

const NUMBERS_MS = 100;
const LINE_PX = 1.5;

/** What the numbers beside the plot say. */
export interface CellReading {
  /** [cell] in the order shown, at the cursor or newest; NaN without. */
  values: number[];
  isAtCursor: boolean;
  /** What is on screen. */
  fromS: number;
  toS: number;
  /** What there is to be shown. */
  oldestS: number;
  newestS: number;
}

/** Draws the chosen cells at animation rate until the returned function is called. */
export function runCellChart(
  container: HTMLElement,
  store: LiveStore,
  reading: Signal<CellReading>,
): () => void {
  const lines = [new Polyline(), new Polyline()];
  const buckets = new TimeBuckets();
  let cursorS: number | null = null;
  let numbersAtMs = Number.NEGATIVE_INFINITY;
  const plot = createTracePlot(container, {
    showTimes: true,
    lineWidth: LINE_PX,
    leastSpan: () => QUANTITIES[choices.quantity.peek()].leastSpan,
    onCursor: (timeS) => {
      cursorS = timeS;
      painter.request();
    },
    onZoom: (span) => {
      choices.span.value = span;
    },
  });

  function draw(): void {
    const map = store.calcium.setup.peek()?.map;
    const cells = map ? shownCells(cellsOf(map)) : [];
    const watched = cells.map((cell) => store.calcium.traces.of(cell));
    const all = kept(watched);
    const { fromS, toS } = choices.span.peek() ?? followed(all, choices.followedS.peek());
    const quantity = choices.quantity.peek();
    const colors = cellColors(choices.mode.peek());
    const bucketS = (toS - fromS) / plot.plotWidth();
    const curves: Curve[] = [];
    const marks: PlotMark[] = [];
    for (const [at, one] of watched.entries()) {
      const line = lines[at]!;
      fill(line, buckets, one, quantity, { fromS, toS, bucketS });
      curves.push({ line, band: null, unit: { origin: 0, scale: 1 }, color: colors[at]!.line });
      if (one) marks.push(...marksOf(one, colors[at]!, at, fromS, toS));
    }
    // The cell that is looked at lies over the other.
    plot.show(curves.reverse(), { fromS, toS }, null, marks);
    const nowMs = performance.now();
    if (nowMs - numbersAtMs < NUMBERS_MS && watched.length > 0) {
      if (cursorS !== null) painter.request();
      return;
    }
    numbersAtMs = nowMs;
    const values = watched.map((one) => valueAt(one, quantity, cursorS));
    reading.value = { values, isAtCursor: cursorS !== null, fromS, toS, ...all };
  }

  const painter = paintWhileSeen(container, draw, 0);
  const stop = effect(() => {
    const { cell, second, mode, quantity, followedS, span } = choices;
    for (const drawn of [cell, second, mode, quantity, followedS, span]) void drawn.value;
    void store.calcium.setup.value;
    void store.calcium.traceChanges.value;
    painter.request();
  });
  return () => {
    stop();
    painter.stop();
    plot.destroy();
  };
}

/** Times of what is kept of the cells. */
function kept(watched: readonly (WatchedCell | undefined)[]): { oldestS: number; newestS: number } {
  let [oldestS, newestS] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const one of watched) {
    if (!one || one.ring.length === 0) continue;
    oldestS = Math.min(oldestS, one.ring.oldestTimeS);
    newestS = Math.max(newestS, one.ring.newestTimeS);
  }
  return oldestS <= newestS ? { oldestS, newestS } : { oldestS: 0, newestS: 1 };
}

/** A young trace grows from the left, an older one scrolls. */
function followed({ oldestS, newestS }: { oldestS: number; newestS: number }, seconds: number) {
  const fromS = Math.max(oldestS, newestS - seconds);
  return { fromS, toS: fromS + seconds };
}

function fill(
  line: Polyline,
  buckets: TimeBuckets,
  one: WatchedCell | undefined,
  quantity: Quantity,
  { fromS, toS, bucketS }: { fromS: number; toS: number; bucketS: number },
): void {
  line.length = 0;
  if (!one) return;
  const points = one.ring.within(fromS - bucketS, toS + bucketS);
  buckets.sort(points.timeS, bucketS);
  decimateTrace(buckets, points[quantity], 0, buckets.count, line);
}

function marksOf(
  { eventS }: WatchedCell,
  color: CellColors,
  row: number,
  fromS: number,
  toS: number,
): PlotMark[] {
  const [first, end] = [pointsBefore(eventS, fromS), pointsBefore(eventS, toS)];
  return Array.from(eventS.subarray(first, end), (timeS) => ({ timeS, row, color: color.mark }));
}

function valueAt(one: WatchedCell | undefined, quantity: Quantity, atS: number | null): number {
  if (!one || one.ring.length === 0) return Number.NaN;
  const points = one.ring.all();
  if (atS === null) return points[quantity].at(-1)!;
  return (
    points[quantity][Math.min(points.timeS.length, pointsBefore(points.timeS, atS + 1e-9)) - 1] ?? Number.NaN
  );
}
