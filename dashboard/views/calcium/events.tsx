import type { LiveStore } from '../../store/live-store.ts';
import { formatFixed } from '../../words/format-number.ts';
import { chooseCell } from './choices.ts';
import { useOften } from './use-often.ts';

const LISTED = 50;

/** What fired last, as it was found; a click shows its cell. */
export function RecentEvents({ store }: { store: LiveStore }) {
  useOften(store.calcium.eventChanges);
  const events = store.calcium.events.newest(LISTED);
  return (
    <section class="calcium-events" aria-labelledby="calcium-events-title">
      <h3 id="calcium-events-title">Recent events</h3>
      {events.length === 0 && <p class="empty">None since this page looks.</p>}
      {events.length > 0 && (
        <ol
          class="scroller"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard.
          tabIndex={0}
          aria-label="Recent events, the newest first"
        >
          {events.map(({ key, cell, timeS, dff, frame }) => (
            <li key={key}>
              <button type="button" title={`frame ${frame}`} onClick={() => chooseCell(cell)}>
                Cell {cell}
              </button>
              <span>{formatFixed(timeS, 2)} s</span>
              <span>{formatFixed(dff, 2)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
