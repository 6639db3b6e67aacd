import { signal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { REDO_SMOOTH_S } from '#protocol/calcium-redo.ts';
import type { RecordingSummary } from '#protocol/recordings.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { fetchList } from '../recordings/requests.ts';
import { choices } from './choices.ts';
import { Redo } from './redo.ts';
import { fetchRedo } from './redo-request.ts';
import { RedoneTrace } from './redone.tsx';
import './traces.css';

const LONGEST_SMOOTH_S = 60;

/** As it was left: this view comes and goes with its tab. */
const chosenName = signal<string | null>(null);
const smoothText = signal(String(REDO_SMOOTH_S));

/** The same counts after the fact, with all of them known: beside what was found while frames came. */
export function OfflinePage({ store }: { store: LiveStore }) {
  const list = useSignal<readonly RecordingSummary[] | null>(null);
  const problem = useSignal<string | null>(null);
  const redo = useMemo(() => new Redo(fetchRedo), []);
  useEffect(() => () => redo.stop(), [redo]);
  const { recording, isLive } = store;
  useEffect(() => {
    if (!isLive.value) return;
    fetchList().then(
      ({ recordings }) => {
        list.value = recordings.filter(({ cells }) => cells !== null && cells > 0);
        problem.value = null;
      },
      (cause: Error) => {
        problem.value = cause.message;
      },
    );
  }, [isLive.value, recording.value]);
  const recordings = list.value ?? [];
  const name = recordings.find((one) => one.name === chosenName.value)?.name ?? recordings[0]?.name;
  const smoothS = Number(smoothText.value);
  const isSmooth = smoothText.value.trim() !== '' && smoothS >= 0 && smoothS <= LONGEST_SMOOTH_S;
  const ask = (cell: number | null) => {
    if (name !== undefined && isSmooth) void redo.ask(name, cell, smoothS);
  };
  return (
    <div class="calcium-offline">
      <form
        class="calcium-tools"
        aria-label="Redo offline"
        onSubmit={(event) => {
          event.preventDefault();
          ask(choices.cell.peek());
        }}
      >
        <label>
          Recording{' '}
          <select
            value={name}
            disabled={name === undefined}
            onChange={({ currentTarget }) => {
              chosenName.value = currentTarget.value;
            }}
          >
            {recordings.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
                {one.state === 'recording' ? ' (being saved)' : ''}
              </option>
            ))}
          </select>
        </label>
        <label>
          Smoothing{' '}
          <input
            type="text"
            inputMode="decimal"
            size={5}
            aria-invalid={!isSmooth}
            title={`of the rise before events are sought, 0 to ${LONGEST_SMOOTH_S} s`}
            value={smoothText.value}
            onInput={({ currentTarget }) => {
              smoothText.value = currentTarget.value;
            }}
          />{' '}
          s
        </label>
        <button type="submit" class="calcium-primary" disabled={name === undefined || !isSmooth}>
          Redo offline
        </button>
        {redo.isLoading.value && <small role="status">Reading the recording</small>}
      </form>
      {(problem.value ?? redo.error.value) !== null && (
        <p class="calcium-problem tone-lost" role="alert">
          {problem.value ?? redo.error.value}
        </p>
      )}
      {list.value === null && problem.value === null && <p class="empty">Looking for recordings.</p>}
      {list.value?.length === 0 && (
        <p class="empty">No recording has cells yet: measure some, and start saving in Run.</p>
      )}
      {redo.answer.value === null && name !== undefined && (
        <p class="empty">
          Live traces know only the past: their baseline and events are the best that can be said at the
          moment. Redo makes dF/F and events of the recorded counts again, with the whole run known, and shows
          both.
        </p>
      )}
      {redo.answer.value !== null && <RedoneTrace answer={redo.answer} onCell={ask} />}
    </div>
  );
}
