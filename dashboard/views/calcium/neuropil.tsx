import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { NeuropilRing } from '#protocol/calcium-live.ts';
import type { LiveStore } from '../../store/live-store.ts';
import type { Act } from '../z-lut/act.ts';

const USUAL: NeuropilRing = { width: 6, gap: 2, share: 0.7 };

const FIELDS = [
  { name: 'width', title: 'Ring width', unit: 'px', least: 1, most: 50, isWhole: true },
  { name: 'gap', title: 'Gap to the cell', unit: 'px', least: 0, most: 50, isWhole: true },
  { name: 'share', title: 'Share', unit: '', least: 0, most: 1, isWhole: false },
] as const;

const textOf = ({ width, gap, share }: NeuropilRing) => ({
  ...{ width: `${width}`, gap: `${gap}`, share: `${share}` },
});

/** The light between the cells: where it is measured, and how much of it is subtracted. */
export function NeuropilForm({ store, act }: { store: LiveStore; act: Act }) {
  const ring = store.calcium.setup.value?.neuropil ?? null;
  const isOn = useSignal(ring !== null);
  const typed = useSignal(textOf(ring ?? USUAL));
  // What the tracker says replaces what was typed.
  const known = JSON.stringify(ring);
  useEffect(() => {
    isOn.value = ring !== null;
    if (ring) typed.value = textOf(ring);
  }, [known]);
  const wrong = FIELDS.filter(({ name, least, most, isWhole }) => {
    const value = Number(typed.value[name]);
    const isNumber = typed.value[name].trim() !== '' && value >= least && value <= most;
    return !isNumber || (isWhole && !Number.isInteger(value));
  });
  const [width, gap, share] = FIELDS.map(({ name }) => Number(typed.value[name])) as [number, number, number];
  const asked = isOn.value ? { width, gap, share } : null;
  const isSame =
    JSON.stringify(asked) === JSON.stringify(ring && { width: ring.width, gap: ring.gap, share: ring.share });
  return (
    <form
      class="calcium-group"
      aria-labelledby="calcium-neuropil-title"
      onSubmit={(event) => {
        event.preventDefault();
        if (act.whyNot === null && (wrong.length === 0 || !isOn.peek())) {
          void act.ask({ type: 'set-calcium', neuropil: asked });
        }
      }}
    >
      <h3 id="calcium-neuropil-title">Neuropil</h3>
      <label class="calcium-check">
        <input
          type="checkbox"
          checked={isOn.value}
          onChange={({ currentTarget }) => {
            isOn.value = currentTarget.checked;
          }}
        />
        Subtract the light around each cell
      </label>
      {isOn.value &&
        FIELDS.map((field) => (
          <label class="calcium-row" key={field.name}>
            <span>{field.title}</span>
            <input
              type="text"
              inputMode="decimal"
              aria-invalid={wrong.includes(field)}
              title={`${field.least} to ${field.most}`}
              value={typed.value[field.name]}
              onInput={({ currentTarget }) => {
                typed.value = { ...typed.value, [field.name]: currentTarget.value };
              }}
            />
            <small>{field.unit}</small>
          </label>
        ))}
      <div class="calcium-buttons">
        <button
          type="submit"
          disabled={act.whyNot !== null || isSame || (isOn.value && wrong.length > 0)}
          title={act.whyNot ?? undefined}
        >
          Set neuropil
        </button>
      </div>
    </form>
  );
}
