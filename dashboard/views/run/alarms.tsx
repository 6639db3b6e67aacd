import type { Alarm } from '#protocol/people.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { unreadAlarms } from '../../store/unread-alarms.ts';
import type { RunActs } from './act.ts';

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Warnings and errors that stay until this person has read them, in whatever browser page. */
export function RunAlarms({ store, acts }: { store: LiveStore; acts: RunActs }) {
  const unread = unreadAlarms(store.alarms.value);
  const readThem = (alarms: readonly Alarm[]) =>
    void acts.act('alarms', {
      type: 'read-alarms',
      read: alarms.map(({ id, times }) => ({ alarm: id, times })),
    });
  return (
    <section class="panel" aria-labelledby="run-alarms-title">
      <header>
        <h2 id="run-alarms-title">Alarms</h2>
        <span class="readout" role="status">
          {unread.length === 0 ? 'none unread' : `${unread.length} unread`}
        </span>
        {unread.length > 1 && (
          <button type="button" onClick={() => readThem(unread)}>
            Read all
          </button>
        )}
      </header>
      <ul class="run-alarms" aria-labelledby="run-alarms-title">
        {unread.map((alarm) => (
          <li key={alarm.id} class={`event event-${alarm.level}`}>
            <time dateTime={new Date(alarm.lastMs).toISOString()}>{TIME.format(alarm.lastMs)}</time>
            <span class="event-text">
              <b>{alarm.level}</b> {alarm.text}
              {alarm.times > 1 && (
                <small>
                  {' '}
                  × {alarm.times} since {TIME.format(alarm.firstMs)}
                </small>
              )}
            </span>
            <button type="button" aria-label={`Read: ${alarm.text}`} onClick={() => readThem([alarm])}>
              Read
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
