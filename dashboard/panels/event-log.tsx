import type { LiveStore, LoggedEvent } from '../store/live-store.ts';

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Last messages of the tracker; warnings and errors stay on top until a person dismisses them. */
export function EventLog({ store }: { store: LiveStore }) {
  const events = store.events.value;
  const open = events.filter(({ level }) => level !== 'info');
  const told = events.filter(({ level }) => level === 'info');
  return (
    <section class="panel event-log" aria-labelledby="event-log-title">
      <header>
        <h2 id="event-log-title">Events</h2>
        {open.length > 1 && (
          <button type="button" onClick={() => open.forEach(({ key }) => void store.dismiss(key))}>
            Dismiss {open.length}
          </button>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard. */}
      <div role="log" class="scroller" tabIndex={0} aria-labelledby="event-log-title">
        <ul>
          {[...open, ...told].map((event) => (
            <Entry key={event.key} event={event} onDismiss={store.dismiss} />
          ))}
          {events.length === 0 && <li class="empty">Nothing happened yet.</li>}
        </ul>
      </div>
    </section>
  );
}

function Entry({ event, onDismiss }: { event: LoggedEvent; onDismiss: (key: number) => void }) {
  const { key, level, timeMs, text, times } = event;
  return (
    <li class={`event event-${level}`}>
      <time dateTime={new Date(timeMs).toISOString()}>{TIME.format(timeMs)}</time>
      <span class="event-text">
        {level !== 'info' && <b>{level} </b>}
        {text}
        {times > 1 && <small> × {times}</small>}
      </span>
      {level !== 'info' && (
        <button type="button" aria-label={`Dismiss ${level}`} onClick={() => onDismiss(key)}>
          ×
        </button>
      )}
    </li>
  );
}
