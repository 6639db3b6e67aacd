import { effect, type Signal } from '@preact/signals';
import { SIGMA_OF } from '#protocol/trace-columns.ts';
import { Band, decimateBand, decimateTrace, Polyline, TimeBuckets } from './decimate-trace.ts';
import type { LiveStore } from './live-store.ts';
import type { Curve } from './paint-curves.ts';
import { paintWhileSeen } from './paint-while-seen.ts';
import {
  beadColorVariable,
  isPosition,
  type PlotDefinition,
  type ShownUnit,
  unitOf,
} from './plot-definitions.ts';
import { cssColor } from './plot-frame.ts';
import { TraceOrigins, valueAt } from './trace-origins.ts';
import { createTracePlot, type TracePlot } from './trace-plot.ts';
import { standardDeviation } from './trace-statistics.ts';
import type { ShownBead, TraceLook, TraceView } from './trace-view.ts';

/** Numbers of one bead beside a plot, in the unit of its axis. */
export interface BeadReading {
  bead: number;
  /** Newest value, or that under the cursor. */
  value: number;
  /** What the fit says how far off that may be; NaN where none does. */
  sigma: number;
}

/** Numbers beside a plot. */
export interface Reading {
  beads: BeadReading[];
  /** Standard deviation of the bead picked last over the time shown. */
  deviation: number;
  isAtCursor: boolean;
  /** Position of that bead that is drawn as zero, px; null where zero is zero. */
  originPx: number | null;
}

export const NO_READING: Reading = { beads: [], deviation: Number.NaN, isAtCursor: false, originPx: null };

/** One plot on the page: where it is drawn and where its numbers go. */
export interface PlotPlace {
  plot: PlotDefinition;
  container: HTMLElement;
  reading: Signal<Reading>;
}

const DRAW_MS = 50;
const NUMBERS_MS = 100;
/** The deviation of a long trace takes a while, and changes slowly. */
const DEVIATION_MS = 500;

/** Draws the selected beads into the plots, which lie within `stack`, until the returned function is called. */
export function runPlotStack(
  stack: HTMLElement,
  places: readonly PlotPlace[],
  store: LiveStore,
  view: TraceView,
): () => void {
  const { plots: choices, selection, references } = store;
  const origins = new TraceOrigins();
  const painters: CurvePainter[] = [];
  const buckets: TimeBuckets[] = [];
  const pastBuckets: TimeBuckets[] = [];
  let cursorS: number | null = null;
  let numbersAtMs = 0;
  let deviationAtMs = 0;

  const stackPainter = paintWhileSeen(stack, draw, DRAW_MS);
  const tracePlots = places.map(({ plot, container }, at) =>
    createTracePlot(container, {
      showTimes: at === places.length - 1,
      leastSpan: () => plot.leastSpan * (shownUnit(plot).name === 'px' ? 0.01 : 1),
      onCursor: (timeS) => {
        if (timeS === cursorS) return;
        cursorS = timeS;
        stackPainter.request();
      },
      onZoom: (span) => {
        if (span && !choices.paused.peek()) choices.paused.value = view.hold(choices.windowS.peek());
        choices.zoom.value = span;
      },
    }),
  );
  for (const place of places) painters.push(new CurvePainter(place));

  function shownUnit({ column }: PlotDefinition): ShownUnit {
    return unitOf(column, store.camera.peek()?.pixelSizeNm ?? Number.NaN);
  }

  function draw(): void {
    const look = view.look();
    origins.follow(look);
    const bucketS = (look.toS - look.fromS) / Math.max(1, tracePlots[0]?.plotWidth() ?? 1);
    for (const [at, { past, recent }] of look.beads.entries()) {
      buckets[at] ??= new TimeBuckets();
      pastBuckets[at] ??= new TimeBuckets();
      buckets[at].sort(recent.timeS, bucketS);
      pastBuckets[at].sort(past.timeS, bucketS);
    }
    const nowMs = performance.now();
    const renewNumbers = nowMs - numbersAtMs >= NUMBERS_MS || look.beads.length === 0;
    const renewDeviations = renewNumbers && nowMs - deviationAtMs >= DEVIATION_MS;
    if (renewNumbers) numbersAtMs = nowMs;
    if (renewDeviations) deviationAtMs = nowMs;
    for (const [at, place] of places.entries()) {
      const unit = shownUnit(place.plot);
      const limits = choices.limits.peek().get(place.plot.column) ?? null;
      const curves = painters[at]!.fill(look, unit, origins, buckets, pastBuckets);
      (tracePlots[at] as TracePlot).show(curves, look, limits);
      if (renewNumbers) read(place, look, unit, renewDeviations);
    }
    // A cursor that rests shows what came since; one that moves is waited for.
    if (!renewNumbers && cursorS !== null) stackPainter.request();
  }

  function read({ plot, reading }: PlotPlace, look: TraceLook, { scale }: ShownUnit, renews: boolean): void {
    const { column } = plot;
    const main = look.beads.at(-1);
    const sigmaColumn = isPosition(column) ? SIGMA_OF[column] : null;
    const beads = look.beads.map((shown) => {
      const atS = cursorS ?? shown.recent.timeS.at(-1) ?? Number.NaN;
      const value = (valueAt(shown, column, atS) - (origins.of(shown.bead, column) ?? 0)) * scale;
      const sigma = sigmaColumn ? valueAt(shown, sigmaColumn, atS) * scale : Number.NaN;
      return { bead: shown.bead, value, sigma };
    });
    const values = main?.atFullRate[column];
    const deviation = renews && values ? standardDeviation(values) * scale : reading.peek().deviation;
    reading.value = {
      beads,
      deviation: main ? deviation : Number.NaN,
      isAtCursor: cursorS !== null,
      originPx: main ? origins.of(main.bead, column) : null,
    };
  }

  const stopBeads = effect(() => {
    for (const chosen of [selection, references, choices.isRelative]) void chosen.value;
    origins.clear();
    deviationAtMs = 0;
  });
  const stopZero = effect(() => {
    if (choices.zeroRequests.value === 0) return;
    origins.set(view.look());
    stackPainter.request();
  });
  const stopDrawing = effect(() => {
    for (const drawn of [selection, references, store.camera]) void drawn.value;
    for (const drawn of [choices.windowS, choices.isRelative, choices.zoom, choices.limits]) void drawn.value;
    if (!choices.paused.value) void store.traceChanges.value;
    stackPainter.request();
  });

  return () => {
    for (const stop of [stopBeads, stopZero, stopDrawing]) stop();
    stackPainter.stop();
    for (const plot of tracePlots) plot.destroy();
  };
}

/** Thins the column of one plot to what is drawn; keeps its buffers. */
class CurvePainter {
  readonly #place: PlotPlace;
  readonly #lines: Polyline[] = [];
  readonly #bands: Band[] = [];

  constructor(place: PlotPlace) {
    this.#place = place;
  }

  fill(
    { beads }: TraceLook,
    { scale }: ShownUnit,
    origins: TraceOrigins,
    buckets: readonly TimeBuckets[],
    pastBuckets: readonly TimeBuckets[],
  ): Curve[] {
    const { plot, container } = this.#place;
    return beads.map((shown: ShownBead, at) => {
      const { column, colorVariable } = plot;
      const unit = { origin: origins.of(shown.bead, column) ?? 0, scale };
      this.#lines[at] ??= new Polyline();
      this.#bands[at] ??= new Band();
      const line = this.#lines[at];
      const band = this.#bands[at];
      line.clear();
      band.clear();
      if (isPosition(column)) decimateTrace(pastBuckets[at]!, shown.past[column], unit, line);
      if (shown.isTorn && line.length > 0) line.push(line.timeS[line.length - 1]!, Number.NaN);
      const values = shown.recent[column];
      if (values) decimateTrace(buckets[at]!, values, unit, line);
      const sigmas = isPosition(column) ? shown.recent[SIGMA_OF[column]] : undefined;
      if (values && sigmas) decimateBand(buckets[at]!, values, sigmas, unit, band);
      const color = cssColor(container, beads.length === 1 ? colorVariable : beadColorVariable(at));
      return { line, band: sigmas ? band : null, color };
    });
  }
}
