import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RecordingSummary } from '#protocol/recordings.ts';
import { formatBytes, formatDuration } from './format.ts';
import { deleteRecording } from './requests.ts';

/** Asks whether to delete a recording, and does it. Escape is no. */
export function DeleteQuestion({
  recording,
  onClose,
}: {
  recording: RecordingSummary;
  onClose(wasDeleted: boolean): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isDeleting = useSignal(false);
  const error = useSignal<string | null>(null);
  const { name, bytes, durationS } = recording;

  // The browser keeps the focus inside, and gives it back to what had it.
  useEffect(() => dialog.current?.showModal(), []);

  async function remove(): Promise<void> {
    isDeleting.value = true;
    error.value = null;
    try {
      await deleteRecording(name);
      onClose(true);
    } catch (cause) {
      error.value = cause instanceof Error ? cause.message : String(cause);
    }
    isDeleting.value = false;
  }

  return (
    <dialog
      class="question"
      ref={dialog}
      aria-labelledby="delete-question"
      aria-describedby="delete-consequence"
      onClose={() => onClose(false)}
    >
      <h2 id="delete-question">Delete the recording {name}?</h2>
      <p id="delete-consequence">
        {formatBytes(bytes)}
        {durationS !== null && `, ${formatDuration(durationS)} long`}. Its whole folder is removed from the
        disk and cannot be brought back.
      </p>
      {error.value !== null && (
        <p class="tone-lost" role="alert">
          {error.value}
        </p>
      )}
      <div class="answers">
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <button type="button" class="danger" disabled={isDeleting.value} onClick={() => void remove()}>
          Delete {formatBytes(bytes)}
        </button>
      </div>
    </dialog>
  );
}
