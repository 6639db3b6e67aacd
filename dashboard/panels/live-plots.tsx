import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { formatFixed } from '../format-number.ts';
import type { LiveStore } from '../live-store.ts';
import { COORDINATES, NO_READING, type PausedTrace, type Reading, runPlotStack } from '../plot-stack.ts';
import { FULL_RATE_S } from '../trace-history.ts';
import { copyColumns, tailSince } from '../trace-ring.ts';

const WINDOWS_S = [
  { seconds: 5, label: '5 s' },
  { seconds: 30, label: '30 s' },
  { seconds: 120, label: '2 min' },
  { seconds: 600, label: '10 min' },
  { seconds: 3600, label: '1 h' },
  { seconds: 86_400, label: '1 day' },
];

/** x, y, z of the selected bead against time. */
export function LivePlots({ store }: { store: LiveStore }) {
  const { windowS } = store;
  const paused = useSignal<PausedTrace | null>(null);
  const readings = [useSignal(NO_READING), useSignal(NO_READING), useSignal(NO_READING)];
  const zeroRequests = useSignal(0);
  const plots = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!plots.current) return;
    const containers = [...plots.current.querySelectorAll<HTMLElement>('.plot')];
    return runPlotStack(containers, store, { paused, zeroRequests, readings });
  }, [store]);

  const selected = store.selected.value;
  const isEmpty = store.traceChanges.value >= 0 && store.trace.length === 0 && !store.past.value;
  const inNm = Number.isFinite(store.camera.value?.pixelSizeNm ?? Number.NaN);
  return (
    <section class="panel live-plots" aria-labelledby="live-plots-title">
      <header>
        <h2 id="live-plots-title">Live Plots</h2>
        <p class="readout">{selected !== null && <span class="chip">bead {selected}</span>}</p>
        <fieldset class="segments">
          <legend class="unseen">Time shown</legend>
          {WINDOWS_S.map(({ seconds, label }) => (
            <label key={seconds}>
              <input
                type="radio"
                name="window"
                checked={windowS.value === seconds}
                onChange={() => {
                  windowS.value = seconds;
                }}
              />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <button
          type="button"
          title="Make the median of the shown x and y the new zero"
          onClick={() => {
            zeroRequests.value++;
          }}
        >
          Zero
        </button>
        <button
          type="button"
          aria-pressed={paused.value !== null}
          onClick={() => {
            const since = store.trace.newestTimeS - FULL_RATE_S;
            const points = copyColumns(tailSince(store.trace.all(), since));
            paused.value = paused.value ? null : { points, past: store.past.value };
          }}
        >
          {paused.value ? 'Resume' : 'Pause'}
        </button>
      </header>
      <div class="plots" ref={plots}>
        {COORDINATES.map(({ name, column }, at) => {
          const unit = column === 'zNm' || inNm ? 'nm' : 'px';
          return (
            <div class={`trace trace-${name}`} key={name}>
              <PlotReading name={name} unit={unit} reading={readings[at]!} />
              <div
                class="plot"
                role="img"
                aria-label={`${name} of ${selected === null ? 'no bead' : `bead ${selected}`} in ${unit} against time in s`}
              />
            </div>
          );
        })}
        {isEmpty && (
          <p class="stage-badge">
            {selected === null ? 'Select a bead' : `Waiting for tracks of bead ${selected}`}
          </p>
        )}
      </div>
    </section>
  );
}

function PlotReading({ name, unit, reading }: { name: string; unit: string; reading: Signal<Reading> }) {
  const { newest, deviation, cursor, originPx } = reading.value;
  const decimals = unit === 'px' ? 3 : 1;
  return (
    <p class="trace-reading">
      <b>{name}</b>
      <span class={cursor === null ? 'value' : 'value at-cursor'}>
        {formatFixed(cursor ?? newest, decimals)}
      </span>
      <span class="unit">{unit}</span>
      {originPx !== null && <span class="origin">from {formatFixed(originPx, 3)} px</span>}
      <span
        class="deviation"
        title="Standard deviation of every point in the time shown that this page has got"
      >
        σ {formatFixed(deviation, decimals)} {unit}
      </span>
    </p>
  );
}
