import type { Signal } from '@preact/signals';
import type { LiveStore } from '../../store/live-store.ts';
import { formatFixed } from '../../words/format-number.ts';
import { cellAfter, choices, chooseCell, FOLLOWED_S, MODES, QUANTITIES } from './choices.ts';
import { Segments } from './segments.tsx';
import type { CellReading } from './trace-chart.ts';

const TITLES = Object.fromEntries(
  Object.entries(QUANTITIES).map(([name, { title }]) => [name, title]),
) as Record<keyof typeof QUANTITIES, string>;
const FOLLOWED = Object.fromEntries(FOLLOWED_S.map(({ seconds, label }) => [`${seconds}`, label]));

/** Which cells are drawn, what of them, and how much time. */
export function TraceTools({ cells, shown }: { cells: readonly number[]; shown: readonly number[] }) {
  const { mode, quantity, followedS, span, second } = choices;
  const [cell, other] = shown;
  const go = (step: number) => {
    const next = cellAfter(cells, cell!, step);
    if (next !== null) chooseCell(next);
  };
  return (
    <div class="calcium-tools" role="toolbar" aria-label="What the trace shows">
      <span class="calcium-stepper">
        <button type="button" aria-label="Cell before" disabled={cell === cells[0]} onClick={() => go(-1)}>
          <Arrow points="0,6 4,0 8,6" />
        </button>
        <button type="button" aria-label="Next cell" disabled={cell === cells.at(-1)} onClick={() => go(1)}>
          <Arrow points="0,0 4,6 8,0" />
        </button>
      </span>
      <Segments
        legend="Cells drawn"
        name="calcium-mode"
        options={MODES}
        value={mode.value}
        onChoose={choices.chooseMode}
      />
      {mode.value !== 'single' && other !== undefined && (
        <span>
          <select
            aria-label="Second cell"
            value={`${other}`}
            onChange={({ currentTarget }) => {
              second.value = Number(currentTarget.value);
            }}
          >
            {cells
              .filter((one) => one !== cell)
              .map((one) => (
                <option key={one} value={`${one}`}>
                  cell {one}
                </option>
              ))}
          </select>
        </span>
      )}
      <Segments
        legend="What is drawn"
        name="calcium-quantity"
        options={TITLES}
        value={quantity.value}
        onChoose={choices.chooseQuantity}
      />
      <span class="calcium-follow">
        <Segments
          legend="Time that follows the newest frame"
          name="calcium-followed"
          options={FOLLOWED}
          value={span.value === null ? `${followedS.value}` : null}
          onChoose={(seconds) => {
            followedS.value = Number(seconds);
            span.value = null;
          }}
        />
      </span>
    </div>
  );
}

function Arrow({ points }: { points: string }) {
  return (
    <svg viewBox="0 0 8 6" width="8" height="6" aria-hidden="true">
      <polygon points={points} fill="currentColor" />
    </svg>
  );
}

const LEAST_SPAN_S = 0.1;

/** From when to when the trace is shown, of all there is; who moves one holds the time still. */
export function TimeSliders({ store, reading }: { store: LiveStore; reading: Signal<CellReading> }) {
  const { fromS, toS, oldestS, newestS } = reading.value;
  const fps = store.camera.value?.fps || 10;
  const end = Math.max(newestS, toS);
  const slider = (title: string, value: number, change: (value: number) => void) => (
    <label>
      <span>{title}</span>
      <input
        type="range"
        min={oldestS}
        max={end}
        step={1 / fps}
        value={value}
        aria-valuetext={`${formatFixed(value, 2)} s`}
        onInput={({ currentTarget }) => change(currentTarget.valueAsNumber)}
      />
      <output>{formatFixed(value, 1)} s</output>
    </label>
  );
  return (
    <div class="calcium-sliders">
      {slider('X-Min', fromS, (value) => {
        const from = Math.min(value, end - LEAST_SPAN_S);
        choices.span.value = { fromS: from, toS: Math.max(toS, from + LEAST_SPAN_S) };
      })}
      {slider('X-Max', toS, (value) => {
        const to = Math.max(value, oldestS + LEAST_SPAN_S);
        choices.span.value = { fromS: Math.min(fromS, to - LEAST_SPAN_S), toS: to };
      })}
    </div>
  );
}
