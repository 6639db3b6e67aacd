import { effect, type Signal } from '@preact/signals';
import type { MotorColumn } from '#protocol/motor.ts';
import { POSITION_COLUMNS, SIGMA_OF } from '#protocol/trace-columns.ts';
import { paintWhileSeen } from '../painting/paint-while-seen.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { ShownBead, TraceLook, TraceView } from '../store/trace-view.ts';
import { DrawnTrace } from './drawn-trace.ts';
import { type MagnitudeFrame, Magnitudes, magnitudeNm } from './magnitude.ts';
import { MotorCurve, motorAt } from './motor-curve.ts';
import type { Curve } from './paint-curves.ts';
import {
  type BeadColumn,
  beadColorVariable,
  isMotor,
  isPosition,
  type PlotDefinition,
  type ShownUnit,
  unitOf,
} from './plot-definitions.ts';
import { cssColor } from './plot-frame.ts';
import { TraceOrigins, valueAt } from './trace-origins.ts';
import { createTracePlot, type TracePlot } from './trace-plot.ts';
import { standardDeviation } from './trace-statistics.ts';

/** Numbers of one bead, or of a motor, beside a plot, in the unit of its axis. */
interface BeadReading {
  /** Null for a motor. */
  bead: number | null;
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
  const magnitudes = new Magnitudes();
  const columns = places.map(({ plot }) => plot.column).filter((column) => !isMotor(column));
  const motorCurves = places.map(() => new MotorCurve());
  const drawn: DrawnTrace[] = [];
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

  function shownUnit({ column }: PlotDefinition): ShownUnit {
    return unitOf(column, store.camera.peek()?.pixelSizeNm ?? Number.NaN);
  }

  function frameOf(bead: number): MagnitudeFrame {
    const [xPx, yPx] = [origins.of(bead, 'xPx') ?? 0, origins.of(bead, 'yPx') ?? 0];
    return { xPx, yPx, pixelSizeNm: store.camera.peek()?.pixelSizeNm ?? Number.NaN };
  }

  /** In the unit of the column, about its zero. */
  function shownValue(shown: ShownBead, column: BeadColumn, atS: number): number {
    if (column !== 'magnitudeNm') return valueAt(shown, column, atS) - (origins.of(shown.bead, column) ?? 0);
    const ofFrames = { ...shown, past: shown.pastFrames };
    const [xPx, yPx, zNm] = POSITION_COLUMNS.map((position) => valueAt(ofFrames, position, atS));
    return magnitudeNm(xPx!, yPx!, zNm!, frameOf(shown.bead));
  }

  /** Every point that is there; valid until the next call. */
  function valuesOf({ bead, atFullRate }: ShownBead, column: BeadColumn): Float64Array | undefined {
    return column === 'magnitudeNm' ? magnitudes.of(atFullRate, frameOf(bead)) : atFullRate[column];
  }

  function draw(): void {
    const look = view.look();
    origins.follow(look);
    const bucketS = look.spanS / Math.max(1, tracePlots[0]?.plotWidth() ?? 1);
    for (const [at, shown] of look.beads.entries()) {
      drawn[at] ??= new DrawnTrace();
      drawn[at].follow(shown, bucketS, columns, frameOf(shown.bead));
    }
    const nowMs = performance.now();
    const renewNumbers = nowMs - numbersAtMs >= NUMBERS_MS || look.beads.length === 0;
    const renewDeviations = renewNumbers && nowMs - deviationAtMs >= DEVIATION_MS;
    if (renewNumbers) numbersAtMs = nowMs;
    if (renewDeviations) deviationAtMs = nowMs;
    for (const [at, place] of places.entries()) {
      const unit = shownUnit(place.plot);
      const limits = choices.limits.peek().get(place.plot.column) ?? null;
      const { column, colorVariable } = place.plot;
      const curves = isMotor(column)
        ? [motorCurves[at]!.of(store.motorTrace.points, column, look, cssColor(stack, colorVariable))]
        : curvesOf(place, column, look, unit);
      (tracePlots[at] as TracePlot).show(curves, look, limits);
      if (!renewNumbers) continue;
      if (isMotor(column)) readMotor(place, column, look);
      else read(place, column, look, unit, renewDeviations);
    }
    // A cursor that rests shows what came since; one that moves is waited for.
    if (!renewNumbers && cursorS !== null) stackPainter.request();
  }

  function curvesOf(
    { plot, container }: PlotPlace,
    column: BeadColumn,
    { beads }: TraceLook,
    { scale }: ShownUnit,
  ): Curve[] {
    return beads.map(({ bead }, at) => {
      const { line, band } = drawn[at]!.of(column);
      const unit = { origin: origins.of(bead, column) ?? 0, scale };
      const color = cssColor(container, beads.length === 1 ? plot.colorVariable : beadColorVariable(at));
      return { line, band: band.length > 0 ? band : null, unit, color };
    });
  }

  function readMotor({ reading }: PlotPlace, column: MotorColumn, { toS }: TraceLook): void {
    const value = motorAt(store.motorTrace.points, column, cursorS ?? toS);
    const isAtCursor = cursorS !== null;
    reading.value = { ...NO_READING, beads: [{ bead: null, value, sigma: Number.NaN }], isAtCursor };
  }

  function read(
    { reading }: PlotPlace,
    column: BeadColumn,
    look: TraceLook,
    { scale }: ShownUnit,
    renews: boolean,
  ): void {
    const main = look.beads.at(-1);
    const sigmaColumn = isPosition(column) ? SIGMA_OF[column] : null;
    const beads = look.beads.map((shown) => {
      const atS = cursorS ?? shown.recent.timeS.at(-1) ?? Number.NaN;
      const value = shownValue(shown, column, atS) * scale;
      const sigma = sigmaColumn ? valueAt(shown, sigmaColumn, atS) * scale : Number.NaN;
      return { bead: shown.bead, value, sigma };
    });
    const values = renews && main ? valuesOf(main, column) : undefined;
    const deviation = values ? standardDeviation(values) * scale : reading.peek().deviation;
    reading.value = {
      beads,
      deviation: main ? deviation : Number.NaN,
      isAtCursor: cursorS !== null,
      originPx: main ? origins.of(main.bead, column) : null,
    };
  }

  const stopBeads = effect(() => {
    const needed = [...selection.value, ...(choices.isRelative.value ? references.value : [])];
    const paused = choices.paused.peek();
    // What was not watched when the pause began is not held.
    if (paused && !needed.every((bead) => paused.has(bead))) {
      choices.paused.value = null;
      choices.zoom.value = null;
    }
    origins.clear();
    deviationAtMs = 0;
  });
  const requestsBefore = choices.zeroRequests.peek();
  const stopZero = effect(() => {
    if (choices.zeroRequests.value === requestsBefore) return;
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
