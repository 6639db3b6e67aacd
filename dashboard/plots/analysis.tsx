import { type Signal, signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { TraceColumn } from '#protocol/trace-columns.ts';
import type { LiveStore } from '../store/live-store.ts';
import { TraceView } from '../store/trace-view.ts';
import { ANALYSES, type Analysis as AnalysisName, runAnalysisPlots } from './analysis-plots.ts';
import { PLOTS } from './plot-definitions.ts';
import './live-plots.css';
import './analysis.css';
import { BeadChips, ExportButtons, PauseButton, RelativeChoice, WindowChoice } from './plot-toolbar.tsx';

const TITLES: Record<AnalysisName, string> = {
  histogram: 'Histogram',
  scatter: 'x-y scatter',
  spectrum: 'Power spectrum',
  allan: 'Allan deviation',
  profile: 'Radial profile',
};

/** What the selected beads did in the time shown: distribution, spectrum, Allan deviation, and the profile now. */
export function Analysis({ store }: { store: LiveStore }) {
  const { plots: choices, selected, fits, wantsProfile } = store;
  const page = useRef<HTMLDivElement>(null);
  const view = useMemo(() => new TraceView(store), [store]);
  const column = useSignal<TraceColumn>('zNm');
  const figures = useMemo(
    () => new Map<AnalysisName, Signal<string>>(ANALYSES.map((name) => [name, signal('')])),
    [],
  );

  useEffect(() => {
    const element = page.current;
    if (!element) return;
    const containers = [...element.querySelectorAll<HTMLElement>('.plot')];
    const places = Object.fromEntries(
      ANALYSES.map((name, at) => [name, { container: containers[at]!, figures: figures.get(name)! }]),
    ) as Parameters<typeof runAnalysisPlots>[1];
    wantsProfile.value = true;
    const stop = runAnalysisPlots(element, places, { store, view, column });
    return () => {
      wantsProfile.value = false;
      stop();
    };
  }, [store, view]);

  return (
    <section class="panel analysis" aria-labelledby="analysis-title">
      <header>
        <h2 id="analysis-title">Analysis</h2>
        <BeadChips store={store} />
        <WindowChoice choices={choices} />
        <PauseButton choices={choices} view={view} />
      </header>
      <div class="plot-tools" role="toolbar" aria-label="Analysis">
        <RelativeChoice store={store} />
        <fieldset class="segments">
          <legend class="unseen">Trace of histogram, spectrum and Allan deviation</legend>
          {PLOTS.filter(({ ofFit }) => fits.value || !ofFit).map((plot) => (
            <label key={plot.column}>
              <input
                type="radio"
                name="analyzed"
                checked={column.value === plot.column}
                onChange={() => {
                  column.value = plot.column;
                }}
              />
              <span>{plot.name}</span>
            </label>
          ))}
        </fieldset>
        <ExportButtons store={store} view={view} picture={() => page.current} />
      </div>
      <div class="analyses" ref={page}>
        {ANALYSES.map((name) => (
          <figure key={name} class={`analysis-${name}`}>
            <figcaption data-in-picture>
              <b>{TITLES[name]}</b> <Figures figures={figures.get(name)!} />
              {name === 'profile' && <ProfileLegend bead={selected.value} />}
            </figcaption>
            <div class="plot" role="img" aria-label={`${TITLES[name]} of the selected beads`} />
          </figure>
        ))}
      </div>
    </section>
  );
}

function Figures({ figures }: { figures: Signal<string> }) {
  return <small>{figures.value}</small>;
}

function ProfileLegend({ bead }: { bead: number | null }) {
  if (bead === null) return null;
  return (
    <small class="profile-legend">
      <span class="trace-x">
        <b>bead {bead}</b>
      </span>{' '}
      <span class="trace-z">
        <b>Z-LUT</b>
      </span>
    </small>
  );
}
