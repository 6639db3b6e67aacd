import { useEffect, useRef } from 'preact/hooks';

/** A question before something that cannot be undone. Escape is no. */
export function ZLutQuestion({
  title,
  consequence,
  yes,
  onAnswer,
}: {
  title: string;
  consequence: string;
  yes: string;
  onAnswer(isYes: boolean): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isYes = useRef(false);
  // The browser keeps the focus inside, and gives it back to what had it.
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="z-question"
      ref={dialog}
      aria-labelledby="z-question"
      aria-describedby="z-consequence"
      onClose={() => onAnswer(isYes.current)}
    >
      <h2 id="z-question">{title}</h2>
      <p id="z-consequence">{consequence}</p>
      <div class="z-buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <button
          type="button"
          class="z-danger"
          onClick={() => {
            isYes.current = true;
            dialog.current?.close();
          }}
        >
          {yes}
        </button>
      </div>
    </dialog>
  );
}
