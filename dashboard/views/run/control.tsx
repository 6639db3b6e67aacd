import { useSignal } from '@preact/signals';
import { personName } from '../../link/introduce.ts';
import { Question } from '../../panels/question.tsx';
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
        <Question
          title={`Take over control from ${holder.name}?`}
          consequence={`${holder.name} may be in the middle of something, is told of it, and cannot act until they take control back.`}
          no={`Leave it to ${holder.name}`}
          yes="Take over"
          onAnswer={(isYes) => {
            isAsking.value = false;
            if (isYes) void acts.act('control', { type: 'take-control' });
          }}
        />
      )}
    </section>
  );
}
