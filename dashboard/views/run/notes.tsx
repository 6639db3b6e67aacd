import { useSignal } from '@preact/signals';
import type { RunState } from '#protocol/run-state.ts';
import type { RunActs } from './act.ts';

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Notes of the run that is being recorded: those it began with, and those since with their times. */
export function RunNotes({ run: { saving }, acts }: { run: RunState; acts: RunActs }) {
  const text = useSignal('');
  async function add(event: Event): Promise<void> {
    event.preventDefault();
    const note = text.value;
    const isDone = await acts.act('saving', { type: 'add-note', text: note });
    if (isDone && text.value === note) text.value = '';
  }
  return (
    <div class="run-notes">
      {saving.notes !== '' && <p>{saving.notes}</p>}
      <ul aria-label="Notes of this run">
        {saving.noteLog.map(({ timeMs, text: note }) => (
          <li key={timeMs}>
            <time dateTime={new Date(timeMs).toISOString()}>{TIME.format(timeMs)}</time> {note}
          </li>
        ))}
      </ul>
      <form class="run-line" onSubmit={(event) => void add(event)}>
        <label class="run-field run-wide">
          Note now
          <input
            type="text"
            maxLength={4000}
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit" disabled={acts.whyNot.value !== null || text.value.trim() === ''}>
          Write it down
        </button>
      </form>
    </div>
  );
}
