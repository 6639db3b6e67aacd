import { type Signal, signal, useComputed } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { LiveStore } from '../store/live-store.ts';
import { TraceView } from '../store/trace-view.ts';
import { formatFixed } from '../words/format-number.ts';
import {
  beadColorVariable,
  isMotor,
  LIVE_PLOTS,
  offeredPlots,
  type PlotColumn,
  type PlotDefinition,
  unitOf,
} from './plot-definitions.ts';
import { NO_READING, type Reading, runPlotStack } from './plot-stack.ts';
import './live-plots.css';
import { onZoomKey, ZoomButtons } from '../camera/zoom-buttons.tsx';
import { PlotSettings } from './plot-settings.tsx';
import { BeadChips, ExportButtons, PauseButton, RelativeChoice, WindowChoice } from './plot-toolbar.tsx';

/** x, y, z, their magnitude, score and chi-squared of the selected beads against time. */
export function LivePlots({ store }: { store: LiveStore }) {
  const { plots: choices, selection, selected, fits, camera, knownMotors } = store;
  const stack = useRef<HTMLDivElement>(null);
  const view = useMemo(() => new TraceView(store), [store]);
  const readings = useMemo(
    () => new Map<PlotColumn, Signal<Reading>>(LIVE_PLOTS.map(({ column }) => [column, signal(NO_READING)])),
    [],
  );
  const pixelSizeNm = camera.value?.pixelSizeNm ?? Number.NaN;
  const shown = offeredPlots(fits.value, pixelSizeNm, knownMotors.value).filter(
    ({ column }) => !choices.hidden.value.has(column),
  );
  const shownNames = shown.map(({ name }) => name).join();

  useEffect(() => {
    const element = stack.current;
    if (!element) return;
    const containers = [...element.querySelectorAll<HTMLElement>('.plot')];
    const places = shown.map((plot, at) => ({
      plot,
      container: containers[at]!,
      reading: readings.get(plot.column)!,
    }));
    return runPlotStack(element, places, store, view);
  }, [store, view, shownNames]);

  const isEmpty = useComputed(() => {
    void store.traceChanges.value;
    return selection.value.every((bead) => {
      const trace = store.traces.of(bead);
      return !trace || (trace.ring.length === 0 && !trace.past);
    });
  });
  return (
    <section class="panel live-plots" aria-labelledby="live-plots-title">
      <header>
        <h2 id="live-plots-title">Live Plots</h2>
        <BeadChips store={store} />
        <WindowChoice choices={choices} />
        <PauseButton choices={choices} view={view} />
      </header>
      <div class="plot-tools" role="toolbar" aria-label="Plots">
        <RelativeChoice store={store} />
        <ZoomButtons choices={choices} view={view} />
        <button
          type="button"
          title="Make the median of the shown x and y the new zero"
          onClick={() => {
            choices.zeroRequests.value++;
          }}
        >
          Zero
        </button>
        <PlotSettings store={store} />
        <ExportButtons store={store} view={view} picture={() => stack.current} />
      </div>
      <section
        class="plots"
        ref={stack}
        aria-label="Traces. Plus and minus zoom, the arrow keys move, Escape shows all."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys zoom and move.
        tabIndex={0}
        onKeyDown={(event) => onZoomKey(event, choices, view)}
      >
        {shown.map((plot) => (
          <div class={`trace trace-${traceName(plot)}`} key={plot.column}>
            <PlotReading
              plot={plot}
              unit={unitOf(plot.column, pixelSizeNm).name}
              reading={readings.get(plot.column)!}
            />
            <div
              class="plot"
              role="img"
              aria-label={describePlot(plot, selection.value, unitOf(plot.column, pixelSizeNm).name)}
            />
          </div>
        ))}
        {isEmpty.value && (
          <p class="stage-badge">
            {selected.value === null ? 'Select a bead' : `Waiting for tracks of bead ${selected.value}`}
          </p>
        )}
      </section>
    </section>
  );
}

/** As class names have it. */
function traceName({ column, name, ofFit }: PlotDefinition): string {
  if (isMotor(column)) return 'motor';
  return ofFit ? 'chi' : name;
}

function describePlot({ column, name }: PlotDefinition, beads: readonly number[], unit: string): string {
  if (isMotor(column)) return `${name} in ${unit} against time in s`;
  const of = beads.length === 0 ? 'no bead' : `bead${beads.length > 1 ? 's' : ''} ${beads.join(', ')}`;
  return `${name} of ${of}${unit && ` in ${unit}`} against time in s`;
}

function PlotReading({
  plot,
  unit,
  reading,
}: {
  plot: PlotDefinition;
  unit: string;
  reading: Signal<Reading>;
}) {
  const { beads, deviation, isAtCursor, originPx } = reading.value;
  const decimals = unit === 'px' ? 3 : plot.decimals;
  return (
    <p class="trace-reading" data-in-picture>
      <b>{plot.name}</b>
      {beads.map(({ bead, value, sigma }, at) => (
        <span
          key={bead}
          class={isAtCursor ? 'value at-cursor' : 'value'}
          title={bead === null ? undefined : `bead ${bead}`}
          style={beads.length > 1 ? { color: `var(${beadColorVariable(at)})` } : undefined}
        >
          {formatFixed(value, decimals)}
          {Number.isFinite(sigma) && beads.length <= 4 && <small> ± {formatFixed(sigma, decimals)}</small>}
        </span>
      ))}
      <span class="unit">{unit}</span>
      {originPx !== null && beads.length === 1 && (
        <span class="origin">from {formatFixed(originPx, 3)} px</span>
      )}
      {!isMotor(plot.column) && (
        <span
          class="deviation"
          title="Standard deviation of every point in the time shown that this page has got, of the bead picked last"
        >
          SD {formatFixed(deviation, decimals)} {unit}
        </span>
      )}
    </p>
  );
}
