import { effect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { ViewProps } from '../view.ts';
import { PlanDraft } from './draft.ts';
import { Step } from './step.tsx';
import { TrialTable } from './trial.tsx';
import './pipeline.css';

/** The stages of the running plan as forms, to be changed, tried and applied. */
export function Pipeline({ store, connection }: ViewProps) {
  const draft = useMemo(() => new PlanDraft(connection), [connection]);
  // Every snapshot may tell of another plan, and a tracker that is back is another.
  useEffect(
    () =>
      effect(() => {
        void store.pipeline.value;
        if (store.isLive.value) void draft.refresh();
      }),
    [store, draft],
  );
  const pipeline = draft.pipeline.value;
  const isOperator = store.role.value === 'operator';
  return (
    <section class="panel pipeline" aria-labelledby="pipeline-title">
      <header>
        <h2 id="pipeline-title">Pipeline</h2>
        <span class="readout" role="status">
          {pipeline && <Summary draft={draft} isOperator={isOperator} />}
        </span>
        {pipeline && isOperator && <Actions draft={draft} selected={store.selected.value} />}
      </header>
      <div class="scroller">
        {draft.error.value !== null && (
          <p class="problem" role="alert">
            {draft.error.value}
          </p>
        )}
        {!pipeline && <p class="empty">Asking the tracker for its pipeline</p>}
        {pipeline && (
          <fieldset disabled={!isOperator}>
            <legend class="unseen">Stages in the order they run</legend>
            <Choices draft={draft} />
            <LostBeads draft={draft} />
            <Steps draft={draft} />
          </fieldset>
        )}
        {draft.trial.value && (
          <TrialTable
            trial={draft.trial.value.message}
            isOld={draft.trial.value.steps !== draft.steps.value}
          />
        )}
      </div>
    </section>
  );
}

interface DraftProps {
  draft: PlanDraft;
}

function Summary({ draft, isOperator }: DraftProps & { isOperator: boolean }) {
  const { isSame, removed } = draft.changes.value;
  if (!isOperator) return <>the plan that runs; an operator can change it</>;
  if (isSame) return <>the plan that runs</>;
  return <>changed, not applied{removed.length > 0 && `; without ${removed.join(', ')}`}</>;
}

function Actions({ draft, selected }: DraftProps & { selected: number | null }) {
  const { isSame } = draft.changes.value;
  const check = draft.check.value;
  const isPlan = check !== null && check.problems.length === 0;
  const isIdle = draft.working.value === null;
  const isAllowed = check?.unfit.length === 0 || draft.mayLoseZ.value;
  return (
    <>
      <button type="button" disabled={isSame || !isIdle} onClick={() => draft.reset()}>
        Back to what runs
      </button>
      <button
        type="button"
        disabled={!isPlan || !isIdle}
        title="Tracks the frames of the last second with both plans, beside live tracking"
        onClick={() => void draft.try(selected)}
      >
        {draft.working.value === 'try' ? 'Trying' : 'Try on the last second'}
      </button>
      <button
        type="button"
        class="primary"
        disabled={isSame || !isPlan || !isAllowed || !isIdle}
        onClick={() => void draft.apply()}
      >
        Apply
      </button>
    </>
  );
}

function Choices({ draft }: DraftProps) {
  const { stages, presets } = draft.pipeline.value!;
  const used = draft.steps.value.map(({ stage }) => stage);
  const free = stages.filter(({ name }) => !used.includes(name));
  return (
    <div class="choices">
      <label>
        Preset
        <select
          value=""
          onChange={(event) => {
            draft.usePreset(event.currentTarget.value);
            event.currentTarget.value = '';
          }}
        >
          <option value="">choose one</option>
          {presets.map(({ name, title }) => (
            <option key={name} value={name} title={title}>
              {name}: {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        Add a stage
        <select
          value=""
          onChange={(event) => {
            draft.add(event.currentTarget.value);
            event.currentTarget.value = '';
          }}
        >
          <option value="">choose one</option>
          {free.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** Beads that would have no z, to be agreed to before the plan can be applied. */
function LostBeads({ draft }: DraftProps) {
  const check = draft.check.value;
  if (!check || check.problems.length > 0) return null;
  const { findsZ, unfit } = check;
  return (
    <>
      {!findsZ && <p class="caution">This plan finds no z: no stage of it looks z up.</p>}
      {unfit.length > 0 && (
        <div class="caution">
          <p>
            {unfit.length === 1 ? 'The Z-LUT of bead' : 'The Z-LUTs of beads'}{' '}
            {unfit.map(({ bead }) => bead).join(', ')} {unfit.length === 1 ? 'does' : 'do'} not fit this plan:
            without one that does, {unfit.length === 1 ? 'it has' : 'they have'} no z.
          </p>
          <details>
            <summary>Why</summary>
            <ul>
              {unfit.map(({ bead, why }) => (
                <li key={bead}>{why}</li>
              ))}
            </ul>
          </details>
          <label>
            <input
              type="checkbox"
              checked={draft.mayLoseZ.value}
              onChange={(event) => {
                draft.mayLoseZ.value = event.currentTarget.checked;
              }}
            />
            Go on without their z
          </label>
        </div>
      )}
    </>
  );
}

function Steps({ draft }: DraftProps) {
  const steps = draft.steps.value;
  const { stages } = draft.pipeline.value!;
  const problems = draft.check.value?.problems ?? [];
  return (
    <>
      {problems
        .filter(({ step }) => step < 0)
        .map(({ message }) => (
          <p class="problem" role="alert" key={message}>
            {message}
          </p>
        ))}
      <ol class="steps">
        {steps.map((step, at) => (
          <Step
            key={step.key}
            step={step}
            at={at}
            last={steps.length - 1}
            stage={stages.find(({ name }) => name === step.stage)!}
            change={draft.changes.value.steps[at]!}
            problems={problems.filter((problem) => problem.step === at)}
            onSet={(name, value) => draft.set(step.key, name, value)}
            onMove={(by) => draft.move(step.key, by)}
            onRemove={() => draft.remove(step.key)}
          />
        ))}
      </ol>
    </>
  );
}
