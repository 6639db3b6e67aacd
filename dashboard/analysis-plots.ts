import { effect, type Signal } from '@preact/signals';
import type { TraceColumn } from '#protocol/trace-columns.ts';
import { allanDeviation } from './analysis/allan-deviation.ts';
import { type EvenSamples, evenSamples } from './analysis/even-samples.ts';
import { histogram } from './analysis/histogram.ts';
import { powerSpectrum } from './analysis/power-spectrum.ts';
import { type CurvePlotOptions, createCurvePlot, type PlottedCurve } from './curve-plot.ts';
import { formatFixed } from './format-number.ts';
import type { LiveStore } from './live-store.ts';
import { paintWhileSeen } from './paint-while-seen.ts';
import { beadColorVariable, PLOTS, unitOf } from './plot-definitions.ts';
import { cssColor } from './plot-frame.ts';
import { median, standardDeviation } from './trace-statistics.ts';
import type { ShownBead, TraceView } from './trace-view.ts';

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
const RENEW_MS = 500;

/** One bead in the units of the axes. */
interface Sampled {
  shown: ShownBead;
  values: Float64Array;
  even: EvenSamples;
  color: string;
}

/**
 * Draws what is made of the selected beads in the time shown, twice a second, until the returned function is called.
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

  function draw(): void {
    const { beads } = view.look();
    const unit = unitOf(column.peek(), pixelSizeNm());
    const plot = PLOTS.find((definition) => definition.column === column.peek())!;
    const sampled = beads.map((shown, at): Sampled => {
      const values = (shown.atFullRate[column.peek()] ?? new Float64Array(0)).map(
        (value) => value * unit.scale,
      );
      const variable = beads.length === 1 ? plot.colorVariable : beadColorVariable(at);
      return {
        shown,
        values,
        even: evenSamples(shown.atFullRate.timeS, values),
        color: cssColor(page, variable),
      };
    });
    const say = (name: Analysis, of: (main: Sampled) => string) => {
      const main = sampled.at(-1);
      places[name].figures.value = main ? of(main) : 'no points yet';
    };
    const named = `${plot.name}${unit.name && ` / ${unit.name}`}`;

    plots.histogram.show(sampled.map(histogramCurve), { x: named, y: 'points' });
    say('histogram', ({ values }) => {
      const deviation = standardDeviation(values);
      return `SD ${short(deviation)} ${unit.name}, ${values.length} points`;
    });

    const place = unitOf('xPx', pixelSizeNm());
    plots.scatter.show(
      sampled.map((bead) => scatterCurve(bead, place.scale)),
      { x: `x / ${place.name}`, y: `y / ${place.name}` },
    );
    say('scatter', () => (beads.length > 1 ? 'each bead about its median' : 'about the median'));

    const spectra = sampled.map(({ even }) => powerSpectrum(even));
    plots.spectrum.show(
      // The last bin is of half the rate, where a one-sided density has half the height of its neighbors.
      spectra.map(({ frequencyHz, density }, at) => ({
        x: frequencyHz.subarray(0, -1),
        y: density.subarray(0, -1),
        color: sampled[at]!.color,
      })),
      { x: 'frequency / Hz', y: unit.name ? `${unit.name}² / Hz` : '1 / Hz' },
    );
    say(
      'spectrum',
      ({ even }) => `${short(even.rateHz)} points a second, mean of ${spectra.at(-1)!.segments}`,
    );

    const deviations = sampled.map(({ even }) => allanDeviation(even));
    plots.allan.show(
      deviations.map(({ tauS, deviation }, at) => ({ x: tauS, y: deviation, color: sampled[at]!.color })),
      { x: 'τ / s', y: named.replace(plot.name, 'σ') },
    );
    say('allan', () => leastOf(deviations.at(-1)!, unit.name));
    drawProfile();
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

  const painter = paintWhileSeen(page, draw, RENEW_MS);
  const profilePainter = paintWhileSeen(places.profile.container, drawProfile, 100);
  const stopDrawing = effect(() => {
    const { selection, references, camera, plots: choices } = store;
    for (const drawn of [selection, references, camera, column]) void drawn.value;
    for (const drawn of [choices.windowS, choices.isRelative, choices.zoom]) void drawn.value;
    if (!choices.paused.value) void store.traceChanges.value;
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
