import type {
  ParamDescription,
  ParamValue,
  PlanProblem,
  StageDescription,
} from '#protocol/pipeline-message.ts';
import type { StepChange } from './changes.ts';
import type { DraftStep } from './draft.ts';

interface StepProps {
  step: DraftStep;
  /** From 0. */
  at: number;
  last: number;
  stage: StageDescription;
  change: StepChange;
  problems: readonly PlanProblem[];
  onSet(name: string, value: ParamValue): void;
  onMove(by: -1 | 1): void;
  onRemove(): void;
}

/** A stage of the draft with a form of its parameters. */
export function Step({ step, at, last, stage, change, problems, onSet, onMove, onRemove }: StepProps) {
  const own = problems.filter(({ param }) => param === null);
  const isChanged = change.isNew || change.isMoved || change.before.size > 0;
  return (
    <li class={`step${isChanged ? ' is-changed' : ''}`} aria-label={stage.title}>
      <header>
        <h3 title={stage.source}>
          {at + 1}. {stage.title}
        </h3>
        {isChanged && <span class="mark">{changeWords(change)}</span>}
        <span class="actions">
          <button
            type="button"
            disabled={at === 0}
            aria-label={`Move ${stage.title} up`}
            onClick={() => onMove(-1)}
          >
            Up
          </button>
          <button
            type="button"
            disabled={at === last}
            aria-label={`Move ${stage.title} down`}
            onClick={() => onMove(1)}
          >
            Down
          </button>
          <button type="button" aria-label={`Remove ${stage.title}`} onClick={onRemove}>
            Remove
          </button>
        </span>
      </header>
      {own.map(({ message }) => (
        <p class="problem" role="alert" key={message}>
          {message}
        </p>
      ))}
      {stage.params.length > 0 && (
        <div class="fields">
          {stage.params.map((param) => (
            <Field
              key={param.name}
              id={`step-${step.key}-${param.name}`}
              param={param}
              value={step.params[param.name] ?? param.default}
              before={change.before.get(param.name)}
              problem={problems.find((problem) => problem.param === param.name)?.message}
              onSet={(value) => onSet(param.name, value)}
            />
          ))}
        </div>
      )}
    </li>
  );
}

interface FieldProps {
  id: string;
  param: ParamDescription;
  value: ParamValue;
  /** What runs, where that is something else. */
  before: ParamValue | undefined;
  problem: string | undefined;
  onSet(value: ParamValue): void;
}

function Field({ id, param, value, before, problem, onSet }: FieldProps) {
  const { title, description, unit, type, min, max, choices } = param;
  const described = {
    id,
    title: description,
    'aria-invalid': problem !== undefined,
    'aria-describedby': `${id}-about`,
  };
  const about = [
    unit,
    (min !== null || max !== null) && `${min ?? '−∞'} to ${max ?? '∞'}`,
    before !== undefined && `runs with ${before}`,
  ].filter(Boolean);
  return (
    <div class={`field${before === undefined ? '' : ' is-changed'}`}>
      <label for={id}>{title}</label>
      {type === 'boolean' && (
        <input
          {...described}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onSet(event.currentTarget.checked)}
        />
      )}
      {choices && (
        <select
          {...described}
          value={String(value)}
          onChange={(event) => onSet(choices[event.currentTarget.selectedIndex]!)}
        >
          {choices.map((choice) => (
            <option key={choice} value={String(choice)}>
              {choice}
            </option>
          ))}
        </select>
      )}
      {(type === 'number' || type === 'integer') && (
        <input
          {...described}
          type="number"
          min={min ?? undefined}
          max={max ?? undefined}
          step={type === 'integer' ? 1 : 'any'}
          value={String(value)}
          onInput={(event) => onSet(numberOrText(event.currentTarget))}
        />
      )}
      <small id={`${id}-about`}>
        {about.join('; ')}
        {problem !== undefined && <strong class="problem">{problem}</strong>}
      </small>
    </div>
  );
}

/** What is no number goes to the tracker as it is, which says so. */
function numberOrText({ value, valueAsNumber }: HTMLInputElement): number | string {
  return Number.isFinite(valueAsNumber) ? valueAsNumber : value;
}

function changeWords({ isNew, isMoved, before }: StepChange): string {
  if (isNew) return 'new';
  const words = [isMoved && 'moved', before.size > 0 && 'changed'].filter(Boolean);
  return words.join(', ');
}
