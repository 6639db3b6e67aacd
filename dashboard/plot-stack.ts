import { effect, type Signal } from '@preact/signals';
import { decimateTrace, joinTraces } from './decimate-trace.ts';
import type { LiveStore } from './live-store.ts';
import { paintOnDemand } from './paint-on-demand.ts';
import { type PastTrace, type ShownTrace, shownTrace } from './trace-history.ts';
import { createTracePlot } from './trace-plot.ts';
import type { TraceColumns } from './trace-ring.ts';
import { median, standardDeviation } from './trace-statistics.ts';

/** The plots from top to bottom. */
export const COORDINATES = [
  { column: 'xPx', name: 'x', colorVariable: '--trace-x' },
  { column: 'yPx', name: 'y', colorVariable: '--trace-y' },
  { column: 'zNm', name: 'z', colorVariable: '--trace-z' },
] as const;

/** Numbers beside a plot, in the unit of its axis. */
export interface Reading {
  newest: number;
  /** Standard deviation over the time shown. */
  deviation: number;
  /** Value under the cursor, or null. */
  cursor: number | null;
  /** Position that is drawn as zero; null where zero is zero. */
  originPx: number | null;
}

export const NO_READING: Reading = {
  newest: Number.NaN,
  deviation: Number.NaN,
  cursor: null,
  originPx: null,
};

/** The trace of some moment. */
export interface PausedTrace {
  points: TraceColumns;
  past: PastTrace | null;
}

/** What a person chose, and where the numbers go. */
export interface PlotStackState {
  /** The trace that stays on screen while paused, else null. */
  paused: Signal<PausedTrace | null>;
  /** Counts the requests to make the median of what is shown the new zero. */
  zeroRequests: Signal<number>;
  /** One for each of `COORDINATES`. */
  readings: Signal<Reading>[];
}

/** Points whose median is the zero of x and y until a person sets it. */
const ORIGIN_POINTS = 50;
/** Newest points that are looked at for it. */
const ORIGIN_REACH = 1000;
const DRAW_MS = 50;
const NUMBERS_MS = 250;

/** Draws x, y and z of the selected bead into three containers until the returned function is called. */
export function runPlotStack(containers: HTMLElement[], store: LiveStore, state: PlotStackState): () => void {
  const { paused, zeroRequests, readings } = state;
  const { windowS } = store;
  const scaleOf = (column: string) => {
    const nm = store.camera.peek()?.pixelSizeNm ?? Number.NaN;
    return column === 'zNm' || !Number.isFinite(nm) ? 1 : nm;
  };
  const plots = COORDINATES.map(({ colorVariable, column }, at) =>
    createTracePlot(containers[at]!, {
      colorVariable,
      showTimes: at === COORDINATES.length - 1,
      leastSpan: () => (column === 'zNm' ? 10 : 0.05 * scaleOf(column)),
      onCursor: (cursor) => {
        const reading = readings[at]!;
        if (reading.peek().cursor !== cursor) reading.value = { ...reading.peek(), cursor };
      },
    }),
  );

  let origin = NO_ORIGIN;
  let numbersAtMs = 0;

  /** What is on screen: a young trace grows from the left, an older one scrolls. */
  function shown(): ShownTrace {
    const { points, past } = paused.peek() ?? { points: store.trace.all(), past: store.past.peek() };
    return shownTrace(points, past, windowS.peek());
  }

  /** The zero of the plots: from the points, or from the past until there are enough. */
  function findOrigin(): Origin {
    const points = store.trace.all();
    const past = store.past.peek();
    const origin = originOf(past && points.timeS.length < ORIGIN_POINTS ? past : points);
    return { ...origin, ringLength: store.trace.length };
  }

  const painter = paintOnDemand(() => {
    if (origin.points < ORIGIN_POINTS || store.trace.length < origin.ringLength) {
      if (!origin.isByHand) origin = findOrigin();
    }
    const { past, recent, atFullRate, fromS } = shown();
    const isTorn = (recent.timeS[0] ?? 0) - (past.timeS.at(-1) ?? 0) > store.gapS();
    const nowMs = performance.now();
    const renewNumbers = nowMs - numbersAtMs >= NUMBERS_MS || atFullRate.timeS.length === 0;
    if (renewNumbers) numbersAtMs = nowMs;
    for (const [at, { column }] of COORDINATES.entries()) {
      const plot = plots[at]!;
      const values = atFullRate[column];
      const originPx = column === 'zNm' ? null : origin[column];
      const unit = { origin: originPx ?? 0, scale: scaleOf(column) };
      const bucketS = windowS.peek() / plot.plotWidth();
      const before = decimateTrace(past.timeS, past[column], bucketS, unit);
      const after = decimateTrace(recent.timeS, recent[column], bucketS, unit);
      plot.show(joinTraces(before, after, isTorn), fromS, fromS + windowS.peek());
      if (!renewNumbers) continue;
      readings[at]!.value = {
        newest: ((values.at(-1) ?? Number.NaN) - unit.origin) * unit.scale,
        deviation: standardDeviation(values) * unit.scale,
        cursor: readings[at]!.peek().cursor,
        originPx,
      };
    }
  }, DRAW_MS);

  const stopSelection = effect(() => {
    void store.selected.value;
    paused.value = null;
    origin = NO_ORIGIN;
  });
  const stopZero = effect(() => {
    if (zeroRequests.value === 0) return;
    const { atFullRate, past } = shown();
    origin = { ...originOf(atFullRate.timeS.length > 0 ? atFullRate : past), isByHand: true };
    painter.request();
  });
  const stopDrawing = effect(() => {
    void windowS.value;
    void store.camera.value;
    if (!paused.value) void [store.traceChanges.value, store.past.value];
    painter.request();
  });

  return () => {
    for (const stop of [stopSelection, stopZero, stopDrawing]) stop();
    painter.stop();
    for (const plot of plots) plot.destroy();
  };
}

/** What is drawn as zero; null before the first point. */
interface Origin {
  xPx: number | null;
  yPx: number | null;
  points: number;
  /** Points of the trace at that time; when there are fewer, it was started anew. */
  ringLength: number;
  isByHand: boolean;
}

const NO_ORIGIN: Origin = { xPx: null, yPx: null, points: 0, ringLength: 0, isByHand: false };

function originOf({ xPx, yPx }: TraceColumns): Origin {
  const recentXPx = xPx.slice(-ORIGIN_REACH).filter(Number.isFinite);
  const recentYPx = yPx.slice(-ORIGIN_REACH).filter(Number.isFinite);
  const points = Math.min(recentXPx.length, recentYPx.length);
  if (points === 0) return NO_ORIGIN;
  return { ...NO_ORIGIN, xPx: median(recentXPx), yPx: median(recentYPx), points };
}
