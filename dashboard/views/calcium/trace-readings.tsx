import type { Signal } from '@preact/signals';
import type { LiveStore } from '../../store/live-store.ts';
import { formatCount, formatFixed } from '../../words/format-number.ts';
import { choices, QUANTITIES } from './choices.ts';
import { newestOf } from './newest-cells.ts';
import type { CellReading } from './trace-chart.ts';
import { useOften } from './use-often.ts';

/** Name of the cells shown, the value at the cursor or the newest, and what is known of the first. */
export function CellReadings({
  store,
  shown,
  reading,
}: {
  store: LiveStore;
  shown: readonly number[];
  reading: Signal<CellReading>;
}) {
  const newest = useOften(store.calcium.newest);
  const { values, isAtCursor } = reading.value;
  const { title, unit, decimals } = QUANTITIES[choices.quantity.value];
  const facts = newestOf(newest, shown[0]!);
  const numbers = [
    { label: 'baseline', text: formatFixed(facts?.baseline ?? Number.NaN, 1), unit: 'counts' },
    { label: 'noise', text: formatFixed(facts?.noise ?? Number.NaN, 2), unit: '%/√Hz' },
    { label: 'rate', text: formatFixed(facts?.rate ?? Number.NaN, 2), unit: '/s' },
    { label: 'events', text: facts ? formatCount(facts.events) : '–', unit: '' },
  ];
  return (
    <div class={`calcium-readings mode-${choices.mode.value}`}>
      <h3>
        {shown.map((cell, at) => (
          <span key={cell} class={at === 0 ? 'is-first' : 'is-second'}>
            <i aria-hidden="true" /> Cell {cell}
          </span>
        ))}
      </h3>
      <p>
        {title}{' '}
        {shown.map((cell, at) => (
          <b key={cell} class={isAtCursor ? 'value at-cursor' : 'value'}>
            {formatFixed(values[at] ?? Number.NaN, decimals)}
          </b>
        ))}{' '}
        {unit && <small>{unit}</small>}
      </p>
      <dl>
        {numbers.map(({ label, text, unit: of }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {text} {of && <small>{of}</small>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
