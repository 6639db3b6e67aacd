import { useSignal } from '@preact/signals';
import { Question } from '../../panels/question.tsx';
import type { Act } from './act.ts';

/** Sweeps on disk that wait to be gone on with, or thrown away. */
export function InterruptedSweeps({
  names,
  isBusy,
  act,
}: {
  names: readonly string[];
  isBusy: boolean;
  act: Act;
}) {
  const toDiscard = useSignal<string | null>(null);
  if (names.length === 0) return null;
  const mayAct = act.whyNot === null;
  return (
    <section class="z-interrupted" aria-label="Unfinished sweeps">
      <h3>Unfinished sweeps</h3>
      <ul>
        {names.map((name) => (
          <li key={name} class="z-buttons">
            <span>{name}</span>
            <button
              type="button"
              disabled={!mayAct || isBusy}
              aria-label={`Resume ${name}`}
              onClick={() => void act.ask({ type: 'sweep-resume', sweep: name })}
            >
              Resume
            </button>
            <button
              type="button"
              class="danger"
              disabled={!mayAct}
              aria-label={`Discard ${name}`}
              onClick={() => {
                toDiscard.value = name;
              }}
            >
              Discard
            </button>
          </li>
        ))}
      </ul>
      {toDiscard.value !== null && (
        <Question
          title={`Discard the sweep ${toDiscard.value}?`}
          consequence="The planes it has are removed from the disk and cannot be brought back."
          yes="Discard it"
          onAnswer={(isYes) => {
            const name = toDiscard.value!;
            toDiscard.value = null;
            if (isYes) void act.ask({ type: 'sweep-discard', sweep: name });
          }}
        />
      )}
    </section>
  );
}
