import { effect, type Signal } from '@preact/signals';
import type { TraceColumn } from '#protocol/trace-columns.ts';
import { allanDeviation } from '../analysis/allan-deviation.ts';
import { evenSamples } from '../analysis/even-samples.ts';
import { histogram } from '../analysis/histogram.ts';
import { powerSpectrum } from '../analysis/power-spectrum.ts';
import { paintWhileSeen } from '../painting/paint-while-seen.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { ShownBead, TraceView } from '../store/trace-view.ts';
import { formatFixed } from '../words/format-number.ts';
import { type CurvePlotOptions, createCurvePlot, type PlottedCurve } from './curve-plot.ts';
import { beadColorVariable, PLOTS, unitOf } from './plot-definitions.ts';
import { cssColor } from './plot-frame.ts';
import { median, standardDeviation } from './trace-statistics.ts';

/** What is made of the time shown, in the order it is on the page. */
export const ANALYSES = ['histogram', 'scatter', 'spectrum', 'allan', 'profile'] as const;

export type Analysis = (typeof ANALYSES)[number];

const STYLES: Record<Analysis, CurvePlotOptions> = {
  histogram: { style: 'bars' },
  scatter: { style: 'dots', isSquare: true },
  spectrum: { style: 'line', isLog: true },
  allan: { style: 'line', isLog: true },
  profile: { style: 'line' },
};

/** Points of a bead that a scatter shows at most. */
const SCATTER_POINTS = 4000;
/** From one analysis to the next: each comes twice a second. */
const TURN_MS = 125;
/** Rest after each, in times it took. */
const REST_SHARE = 4;

/** One bead in the units of the axes. */
interface Sampled {
  shown: ShownBead;
  values: Float64Array;
  color: string;
}

/**
 * Draws what is made of the selected beads in the time shown, twice a second where that is quick, until the returned function is called.
 * @param places the plots of `ANALYSES` within `page`, and where their figures in words go
 */
export function runAnalysisPlots(
  page: HTMLElement,
  places: Record<Analysis, { container: HTMLElement; figures: Signal<string> }>,
  { store, view, column }: { store: LiveStore; view: TraceView; column: Signal<TraceColumn> },
): () => void {
  const plots = Object.fromEntries(
    ANALYSES.map((name) => [name, createCurvePlot(places[name].container, STYLES[name])]),
  ) as Record<Analysis, ReturnType<typeof createCurvePlot>>;
  const pixelSizeNm = () => store.camera.peek()?.pixelSizeNm ?? Number.NaN;

  const named = () => {
    const { name } = unitOf(column.peek(), pixelSizeNm());
    return `${definition().name}${name && ` / ${name}`}`;
  };

  function definition(): (typeof PLOTS)[number] {
    return PLOTS.find((plot) => plot.column === column.peek())!;
  }

  /** The selected beads in the unit of the chosen column, in their colors. */
  function sample(): Sampled[] {
    const { beads } = view.look();
    const { scale } = unitOf(column.peek(), pixelSizeNm());
    return beads.map((shown, at) => {
      const values = (shown.atFullRate[column.peek()] ?? new Float64Array(0)).map((value) => value * scale);
      const variable = beads.length === 1 ? definition().colorVariable : beadColorVariable(at);
      return { shown, values, color: cssColor(page, variable) };
    });
  }

  const drawers: Record<Exclude<Analysis, 'profile'>, (beads: Sampled[]) => string> = {
    histogram(beads) {
      plots.histogram.show(beads.map(histogramCurve), { x: named(), y: 'points' });
      const { values } = beads.at(-1)!;
      const { name } = unitOf(column.peek(), pixelSizeNm());
      return `SD ${short(standardDeviation(values))} ${name}, ${values.length} points`;
    },
    scatter(beads) {
      const { name, scale } = unitOf('xPx', pixelSizeNm());
      const curves = beads.map((bead) => scatterCurve(bead, scale));
      plots.scatter.show(curves, { x: `x / ${name}`, y: `y / ${name}` });
      return beads.length > 1 ? 'each bead about its median' : 'about the median';
    },
    spectrum(beads) {
      const { name } = unitOf(column.peek(), pixelSizeNm());
      let facts = '';
      const curves = beads.map((bead) => {
        const even = evenSamples(bead.shown.atFullRate.timeS, bead.values);
        const { frequencyHz, density, segments } = powerSpectrum(even);
        facts = `${short(even.rateHz)} points a second, mean of ${segments}`;
        // The last bin is of half the rate, where a one-sided density has half the height of its neighbors.
        return { x: frequencyHz.subarray(0, -1), y: density.subarray(0, -1), color: bead.color };
      });
      plots.spectrum.show(curves, { x: 'frequency / Hz', y: name ? `${name}² / Hz` : '1 / Hz' });
      return facts;
    },
    allan(beads) {
      const { name } = unitOf(column.peek(), pixelSizeNm());
      let facts = '';
      const curves = beads.map((bead) => {
        const allan = allanDeviation(evenSamples(bead.shown.atFullRate.timeS, bead.values));
        facts = leastOf(allan, name);
        return { x: allan.tauS, y: allan.deviation, color: bead.color };
      });
      plots.allan.show(curves, { x: 'τ / s', y: `σ${name && ` / ${name}`}` });
      return facts;
    },
  };
  const turns = Object.keys(drawers) as (keyof typeof drawers)[];
  let turn = 0;
  let owed = 0;
  let restUntilMs = 0;

  /** One analysis at a time, and rests between: hours of points must not hold up the rest of the page. */
  function draw(): void {
    const startMs = performance.now();
    if (startMs >= restUntilMs) {
      const name = turns[turn]!;
      const beads = sample();
      places[name].figures.value = beads.length > 0 ? drawers[name](beads) : 'no points yet';
      turn = (turn + 1) % turns.length;
      owed--;
      const nowMs = performance.now();
      restUntilMs = nowMs + REST_SHARE * (nowMs - startMs);
    }
    if (owed > 0) painter.request();
  }

  function drawProfile(): void {
    const profile = store.profile.peek();
    const { figures, container } = places.profile;
    if (!profile || profile.bead !== store.selected.peek()) {
      plots.profile.show([], { x: 'radius', y: 'counts' });
      figures.value = 'waiting for a profile';
      return;
    }
    const { radii, counts, plane, zNm, unit } = profile;
    const curves: PlottedCurve[] = [{ x: radii, y: counts, color: cssColor(container, '--trace-x') }];
    if (plane) curves.unshift({ x: radii, y: plane.counts, color: cssColor(container, '--trace-z') });
    plots.profile.show(curves, { x: unit === 'px' ? 'radius / px' : 'bin', y: 'counts' });
    const height = Number.isFinite(zNm) ? `z ${formatFixed(zNm, 1)} nm` : 'no z';
    figures.value = plane
      ? `${height}, plane ${formatFixed(plane.zNm, 1)} nm`
      : `${height}, no plane to compare`;
  }

  const painter = paintWhileSeen(page, draw, TURN_MS);
  const profilePainter = paintWhileSeen(places.profile.container, drawProfile, 100);
  const stopDrawing = effect(() => {
    const { selection, references, camera, plots: choices } = store;
    for (const drawn of [selection, references, camera, column]) void drawn.value;
    for (const drawn of [choices.windowS, choices.isRelative, choices.zoom]) void drawn.value;
    if (!choices.paused.value) void store.traceChanges.value;
    owed = turns.length;
    painter.request();
  });
  const stopProfile = effect(() => {
    void store.profile.value;
    profilePainter.request();
  });
  return () => {
    stopDrawing();
    stopProfile();
    painter.stop();
    profilePainter.stop();
    for (const name of ANALYSES) plots[name].destroy();
  };
}

function histogramCurve({ values, color }: Sampled): PlottedCurve {
  const { centers, counts } = histogram(values);
  return { x: centers, y: counts, color };
}

/** x and y about their medians, thinned evenly where there are very many. */
function scatterCurve({ shown, color }: Sampled, scale: number): PlottedCurve {
  const { xPx, yPx } = shown.atFullRate;
  const step = Math.max(1, Math.ceil(xPx.length / SCATTER_POINTS));
  const thinned = (values: Float64Array) => {
    const kept = Float64Array.from(
      { length: Math.ceil(values.length / step) },
      (_, at) => values[at * step]!,
    );
    const middle = median(kept);
    return kept.map((value) => (value - middle) * scale);
  };
  return { x: thinned(xPx), y: thinned(yPx), color };
}

function leastOf({ tauS, deviation }: { tauS: Float64Array; deviation: Float64Array }, unit: string): string {
  const at = deviation.indexOf(Math.min(...deviation));
  if (at < 0) return 'too few points';
  return `least ${short(deviation[at]!)} ${unit} at ${short(tauS[at]!)} s`;
}

/** Four digits that count. */
function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))).replace('-', '−') : '–';
}
