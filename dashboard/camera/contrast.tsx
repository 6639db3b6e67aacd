import { AUTOMATIC_CONTRAST } from '../link/picture-wish.ts';
import { formatFixed } from '../words/format-number.ts';
import type { ToolProps } from './camera-tools.tsx';

/** Exponent of the slider's ends: 0.25 to 4. */
const MOST_DOUBLINGS = 2;

/** Which counts are black and white, and how the counts between become gray; for this dashboard only. */
export function ContrastPanel({ store, state: { contrast } }: ToolProps) {
  const { black, white, gamma } = contrast.value;
  const isAutomatic = black === null || white === null;
  const shown = store.preview.value;
  const end = (which: 'black' | 'white', value: number | null) => (
    <label class="row">
      <span>
        {which === 'black' ? 'Black' : 'White'} <small>counts</small>
      </span>
      <input
        type="number"
        step="any"
        disabled={isAutomatic}
        value={isAutomatic ? Math.round(shown?.[which] ?? 0) : (value ?? 0)}
        onInput={({ currentTarget }) => {
          const { valueAsNumber } = currentTarget;
          if (!Number.isFinite(valueAsNumber)) return;
          const next = { ...contrast.value, [which]: valueAsNumber };
          // Half a number is still being typed.
          if (next.black! < next.white!) contrast.value = next;
        }}
      />
    </label>
  );
  return (
    <>
      <label>
        <input
          type="checkbox"
          checked={isAutomatic}
          onChange={({ currentTarget }) => {
            contrast.value = {
              gamma,
              black: currentTarget.checked ? null : Math.round(shown?.black ?? 0),
              white: currentTarget.checked ? null : Math.round(shown?.white ?? 255),
            };
          }}
        />
        Automatic black and white
      </label>
      {end('black', black)}
      {end('white', white)}
      <label class="row">
        <span>Gamma {formatFixed(gamma, 2)}</span>
        <input
          type="range"
          min={-MOST_DOUBLINGS}
          max={MOST_DOUBLINGS}
          step="0.1"
          aria-label="Gamma"
          aria-valuetext={formatFixed(gamma, 2)}
          value={Math.log2(gamma)}
          onInput={({ currentTarget }) => {
            contrast.value = { ...contrast.value, gamma: 2 ** currentTarget.valueAsNumber };
          }}
        />
      </label>
      <p class="muted">Below 1 dark parts become brighter. Only what you see changes, not what is tracked.</p>
      <button
        type="button"
        onClick={() => {
          contrast.value = AUTOMATIC_CONTRAST;
        }}
      >
        Reset
      </button>
    </>
  );
}
