import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { personName } from '../../link/introduce.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { type RunActs, refusalOf } from './act.ts';

/** Who is there and who has control, which another operator may take after a question. */
export function RunControl({ store, acts }: { store: LiveStore; acts: RunActs }) {
  const isAsking = useSignal(false);
  const people = store.people.value;
  const holder = people?.holder ?? null;
  const refusal = refusalOf(acts, 'control');
  const mayAct = store.isLive.value && store.role.value === 'operator';
  const words = !holder ? 'nobody: the first to act' : holder.isYou ? `you, ${holder.name}` : holder.name;
  return (
    <section class="panel" aria-labelledby="run-control-title">
      <header>
        <h2 id="run-control-title">Control</h2>
        <span class="readout">
          {people && `${people.viewers} ${people.viewers === 1 ? 'dashboard' : 'dashboards'} open, `}
          {people && `${people.operators} of operators`}
        </span>
      </header>
      <div class="run-body run-line">
        <p role="status">
          Control: <strong>{people ? words : '–'}</strong>
        </p>
        {mayAct && holder && !holder.isYou && (
          <button
            type="button"
            onClick={() => {
              isAsking.value = true;
            }}
          >
            Take over control
          </button>
        )}
        {mayAct && holder?.isYou && (
          <button type="button" onClick={() => void acts.act('control', { type: 'release-control' })}>
            Give back control
          </button>
        )}
        <label class="run-field">
          Your name
          <input
            type="text"
            maxLength={40}
            placeholder={people?.you.name ?? ''}
            value={personName.value}
            onChange={({ currentTarget }) => {
              personName.value = currentTarget.value;
            }}
          />
        </label>
        {refusal !== null && (
          <p class="tone-lost" role="alert">
            {refusal}
          </p>
        )}
      </div>
      {isAsking.value && holder && (
        <TakeOverQuestion
          name={holder.name}
          onAnswer={(isYes) => {
            isAsking.value = false;
            if (isYes) void acts.act('control', { type: 'take-control' });
          }}
        />
      )}
    </section>
  );
}

/** Asks before control is taken from somebody. Escape is no. */
function TakeOverQuestion({ name, onAnswer }: { name: string; onAnswer(isYes: boolean): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isYes = useRef(false);
  // The browser keeps the focus inside, and gives it back to what had it.
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="run-question"
      ref={dialog}
      aria-labelledby="take-over-question"
      aria-describedby="take-over-consequence"
      onClose={() => onAnswer(isYes.current)}
    >
      <h2 id="take-over-question">Take over control from {name}?</h2>
      <p id="take-over-consequence">
        {name} may be in the middle of something, is told of it, and cannot act until they take control back.
      </p>
      <div class="run-line run-answers">
        <button type="button" onClick={() => dialog.current?.close()}>
          Leave it to {name}
        </button>
        <button
          type="button"
          class="run-danger"
          onClick={() => {
            isYes.current = true;
            dialog.current?.close();
          }}
        >
          Take over
        </button>
      </div>
    </dialog>
  );
}
