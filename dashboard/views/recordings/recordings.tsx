import { effect, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RecordingList, RecordingSummary } from '#protocol/recordings.ts';
import type { ViewProps } from '../view.ts';
import { DeleteQuestion } from './delete.tsx';
import { Replay } from './replay.tsx';
import { fetchList } from './requests.ts';
import { RecordingsTable } from './table.tsx';
import './recordings.css';

/** The recordings of this tracker: to list, replay, download and delete. */
export function Recordings({ store }: ViewProps) {
  const list = useSignal<RecordingList | null>(null);
  const error = useSignal<string | null>(null);
  const isLoading = useSignal(false);
  const replayed = useSignal<string | null>(null);
  const toDelete = useSignal<RecordingSummary | null>(null);

  async function refresh(): Promise<void> {
    isLoading.value = true;
    try {
      list.value = await fetchList();
      error.value = null;
    } catch (cause) {
      error.value = cause instanceof Error ? cause.message : String(cause);
    }
    isLoading.value = false;
  }

  // A run that begins or ends, and a tracker that is back, change the list.
  useEffect(
    () =>
      effect(() => {
        void store.recording.value;
        void store.isLive.value;
        void refresh();
      }),
    [store],
  );

  if (replayed.value !== null) {
    return (
      <Replay
        key={replayed.value}
        name={replayed.value}
        onClose={() => {
          const button = `replay-${replayed.value}`;
          replayed.value = null;
          void refresh();
          requestAnimationFrame(() => document.getElementById(button)?.focus());
        }}
      />
    );
  }
  const count = list.value?.recordings.length;
  return (
    <section class="panel recordings" aria-labelledby="recordings-title" aria-busy={isLoading.value}>
      <header>
        <h2 id="recordings-title">Recordings</h2>
        <span class="readout" role="status">
          {count !== undefined && `${count} in ${list.value?.folder}`}
        </span>
        <button type="button" disabled={isLoading.value} onClick={() => void refresh()}>
          Refresh
        </button>
      </header>
      {error.value !== null && (
        <p class="empty tone-lost" role="alert">
          The recordings could not be listed: {error.value}
        </p>
      )}
      {list.value === null && error.value === null && <p class="empty">Looking for recordings</p>}
      {count === 0 && <p class="empty">No recording yet: a run is recorded while Saving is on.</p>}
      {list.value !== null && count !== 0 && (
        <RecordingsTable
          list={list.value}
          onReplay={(name) => {
            replayed.value = name;
          }}
          onDelete={(recording) => {
            toDelete.value = recording;
          }}
        />
      )}
      {toDelete.value !== null && (
        <DeleteQuestion
          recording={toDelete.value}
          onClose={(wasDeleted) => {
            toDelete.value = null;
            if (wasDeleted) void refresh();
          }}
        />
      )}
    </section>
  );
}
