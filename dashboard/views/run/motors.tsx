import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { LiveStore } from '../../store/live-store.ts';
import { type RunActs, refusalOf } from './act.ts';
import { motionOf, placeOf, type ShownMotor, shownMotors, stepped, whyNotTo } from './motor-choices.ts';
import './motors.css';

/** Magnets and focus: where they are, how far they go, and what moves and stops them. */
export function RunMotors({ store, acts }: { store: LiveStore; acts: RunActs }) {
  const motors = shownMotors(store.calibration.value?.focus ?? null, store.motors.value);
  if (motors.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="run-motors-title">
      <header>
        <h2 id="run-motors-title">Motors</h2>
        <span class="readout">Enter moves, Escape stops, arrows and page keys step</span>
      </header>
      <div class="run-body">
        {motors.map((motor) => (
          <RunMotor key={motor.key} motor={motor} store={store} acts={acts} />
        ))}
      </div>
    </section>
  );
}

function RunMotor({ motor, store, acts }: { motor: ShownMotor; store: LiveStore; acts: RunActs }) {
  const id = useId();
  /** Null while nobody types: the field then shows where a step would lead from. */
  const typed = useSignal<string | null>(null);
  const wrong = useSignal<string | null>(null);
  const { key, title, name, unit, from, to, at, target, error, steps } = motor;
  const part = `motor ${key}`;
  const refusal = wrong.value ?? refusalOf(acts, part);
  const cannot = acts.whyNot.value !== null;
  // Whoever has control: what moves can be stopped by every operator.
  const canStop = store.isLive.value && store.role.value === 'operator';
  const [fine, coarse] = steps;

  async function move(place: string): Promise<void> {
    wrong.value = whyNotTo(motor, place);
    if (cannot || wrong.value !== null) return;
    if (await acts.act(part, motor.move(Number(place)))) typed.value = null;
  }

  function stop(): void {
    wrong.value = null;
    typed.value = null;
    void acts.act(part, motor.stop);
  }

  function press(event: KeyboardEvent): void {
    const ways: Record<string, number> = {
      ...{ ArrowUp: fine, ArrowDown: -fine, PageUp: coarse, PageDown: -coarse },
    };
    const step = ways[event.key];
    if (event.key === 'Escape') stop();
    else if (step !== undefined) typed.value = String(stepped(motor, typed.value, step));
    else return;
    event.preventDefault();
  }

  const step = (by: number) => {
    const place = stepped(motor, null, by);
    return (
      <button
        type="button"
        key={by}
        disabled={cannot || !Number.isFinite(at) || place === (target ?? at)}
        aria-label={`${title}: ${by > 0 ? 'up' : 'down'} by ${Math.abs(by)} ${unit}`}
        onClick={() => void move(String(place))}
      >
        {by > 0 ? '+' : '−'}
        {Math.abs(by)}
      </button>
    );
  };

  return (
    <fieldset class="run-motor">
      <legend>
        {title} <small>{name}</small>
      </legend>
      <p class="run-motor-place">
        <strong>{placeOf(motor, at)}</strong>{' '}
        <span role="status" class={error === null ? '' : 'tone-lost'}>
          {motionOf(motor)}
        </span>
      </p>
      <div class="run-motor-range" aria-hidden="true">
        <small>{formatRange(from, unit)}</small>
        <span class="run-motor-scale">
          {Number.isFinite(at) && <i style={{ left: `${shareOf(motor, at)}%` }} />}
          {target !== null && <i class="is-target" style={{ left: `${shareOf(motor, target)}%` }} />}
        </span>
        <small>{formatRange(to, unit)}</small>
      </div>
      <form
        class="run-line"
        onSubmit={(event) => {
          event.preventDefault();
          void move(typed.value ?? '');
        }}
      >
        {[-coarse, -fine].map(step)}
        <label class="run-field" for={id}>
          <span class="unseen">{title}: move to</span>
          <input
            id={id}
            type="text"
            inputMode="decimal"
            value={typed.value ?? ''}
            placeholder={Number.isFinite(at) ? String(stepped(motor, null, 0)) : ''}
            aria-invalid={refusal !== null}
            aria-describedby={`${id}-wrong`}
            disabled={cannot && !canStop}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
              wrong.value = null;
            }}
            onKeyDown={press}
          />
          {unit}
        </label>
        {[fine, coarse].map(step)}
        <button type="submit" disabled={cannot || typed.value === null}>
          Move
        </button>
        <button type="button" class="danger run-motor-stop" disabled={!canStop} onClick={stop}>
          Stop<span class="unseen"> {title}</span>
        </button>
      </form>
      <small id={`${id}-wrong`} class="tone-lost" role="alert">
        {refusal}
      </small>
    </fieldset>
  );
}

/** An end of the range, with no more decimals than it has. */
function formatRange(end: number, unit: string): string {
  return `${String(end).replace('-', '−')} ${unit}`;
}

/** % of the range. */
function shareOf({ from, to }: ShownMotor, at: number): number {
  return (100 * (Math.min(Math.max(at, from), to) - from)) / (to - from);
}
