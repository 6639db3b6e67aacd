import { useEffect, useId, useRef } from 'preact/hooks';

/** A question before something that cannot be undone, or not by who asks. Escape is no. */
export function Question({
  title,
  consequence,
  yes,
  no = 'Keep it',
  onAnswer,
}: {
  title: string;
  consequence: string;
  yes: string;
  no?: string;
  onAnswer(isYes: boolean): void;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const isYes = useRef(false);
  // The browser keeps the focus inside, and gives it back to what had it.
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      aria-describedby={`${id}-consequence`}
      // What asks has keys of its own, Escape among them.
      onKeyDown={(event) => event.stopPropagation()}
      onClose={() => onAnswer(isYes.current)}
    >
      <h2 id={id}>{title}</h2>
      <p id={`${id}-consequence`}>{consequence}</p>
      <div class="answers">
        <button type="button" onClick={() => dialog.current?.close()}>
          {no}
        </button>
        <button
          type="button"
          class="danger"
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
