import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { CameraSetting, SettingValue } from '#protocol/camera-controls.ts';
import { whyNotSet } from '#protocol/why-not-set.ts';
import { type RunActs, refusalOf } from './act.ts';

/** A setting of the camera with its unit and range; Enter or leaving the field sets it. */
export function RunSetting({ setting, acts }: { setting: CameraSetting; acts: RunActs }) {
  const id = useId();
  const { name, unit, value, step, choices, writable } = setting;
  const typed = useSignal<string | null>(null);
  const wrong = useSignal<string | null>(null);
  const refusal = wrong.value ?? refusalOf(acts, `setting ${name}`);
  const isFixed = writable === false || acts.whyNot.value !== null;
  const range = rangeOf(setting);
  const isNumber = typeof value === 'number';

  async function set(next: SettingValue): Promise<void> {
    wrong.value = next === value ? null : whyNotSet(setting, next);
    if (wrong.value !== null) return;
    const ask = { type: 'set-camera' as const, name, value: next };
    if (next === value || (await acts.act(`setting ${name}`, ask))) typed.value = null;
  }

  async function setTyped(): Promise<void> {
    const text = typed.value?.trim();
    if (text === undefined) return;
    const number = Number(text);
    // What is no number is told as it was typed.
    await set(isNumber && text !== '' && !Number.isNaN(number) ? number : text);
  }

  const shared = { id, disabled: isFixed, 'aria-describedby': `${id}-range ${id}-wrong` };
  return (
    <div class="run-setting">
      <label for={id}>{setting.title ?? name}</label>
      {choices ? (
        <select
          {...shared}
          value={String(choices.indexOf(value))}
          onChange={({ currentTarget }) => void set(choices[Number(currentTarget.value)]!)}
        >
          {choices.map((choice, at) => (
            <option key={String(choice)} value={String(at)}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={isNumber ? 'decimal' : 'text'}
          value={typed.value ?? String(value)}
          aria-invalid={refusal !== null}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
          onKeyDown={(event) => {
            const { currentTarget } = event;
            if (event.key === 'Enter') void setTyped();
            const ways: Record<string, number> = { ArrowUp: 1, ArrowDown: -1 };
            const way = ways[event.key];
            if (way === undefined || !isNumber) return;
            event.preventDefault();
            const next = (Number(currentTarget.value) || 0) + way * (step ?? 1);
            typed.value = String(Number(next.toPrecision(12)));
          }}
          onBlur={() => void setTyped()}
        />
      )}
      <span>{unit}</span>
      <small id={`${id}-range`}>{writable === false ? 'cannot be changed' : range}</small>
      <small id={`${id}-wrong`} class="tone-lost" role="alert">
        {refusal}
      </small>
    </div>
  );
}

function rangeOf({ from, to }: CameraSetting): string {
  if (from == null && to == null) return '';
  if (to == null) return `${from} or more`;
  return from == null ? `${to} or less` : `${from} to ${to}`;
}
