import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { cellLabels, cellsOf } from '#protocol/cell-map.ts';
import { askInTurn } from '../../link/ask-in-turn.ts';
import type { LiveConnection } from '../../link/live-connection.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { formatFixed } from '../../words/format-number.ts';
import { choices } from './choices.ts';
import { desk } from './desk.ts';

const METHODS = {
  sigma: { title: 'mean + k σ', unit: 'σ', value: '3', most: Number.POSITIVE_INFINITY },
  percentile: { title: 'percentile', unit: '%', value: '98', most: 100 },
  absolute: { title: 'counts', unit: 'counts', value: '100', most: Number.POSITIVE_INFINITY },
} as const;
type Method = keyof typeof METHODS;

/** As it was left: this view comes and goes with its tab. */
const form = signal<{ method: Method; value: string; leastPixels: string }>({
  ...{ method: 'sigma', value: METHODS.sigma.value, leastPixels: '20' },
});

/** Cells by a threshold on the projection that is shown: looked at first, then taken. */
export function FindCells({ store, connection }: { store: LiveStore; connection: LiveConnection }) {
  const { found } = store.calcium;
  const isLooking = useSignal(false);
  const problem = useSignal<string | null>(null);
  const { method, value, leastPixels } = form.value;
  const [level, least] = [Number.parseFloat(value), Number(leastPixels)];
  const isLevel = Number.isFinite(level) && level <= METHODS[method].most;
  const isLeast = Number.isInteger(least) && least >= 1 && least <= 1_000_000;
  useEffect(
    () => () => {
      found.value = null;
    },
    [found],
  );
  const look = async () => {
    if (!isLevel || !isLeast || isLooking.peek()) return;
    isLooking.value = true;
    const kind = choices.projection.peek();
    problem.value = await askInTurn(connection, {
      ...{ type: 'find-cells', kind, method, value: level, leastPixels: least },
      clearOfBeads: choices.clearOfBeads.peek(),
    });
    isLooking.value = false;
  };
  const change = (part: Partial<typeof form.value>) => {
    form.value = { ...form.value, ...part };
  };
  const shown = found.value?.map ?? null;
  const count = shown ? cellsOf(shown).length : 0;
  return (
    <form
      class="calcium-group"
      aria-labelledby="calcium-find-title"
      onSubmit={(event) => {
        event.preventDefault();
        void look();
      }}
    >
      <h3 id="calcium-find-title">Find cells</h3>
      <p>On the {choices.projection.value} projection, brighter than</p>
      <div class="calcium-row">
        <select
          aria-label="Kind of threshold"
          value={method}
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.value as Method;
            change({ method: chosen, value: METHODS[chosen].value });
          }}
        >
          {(Object.keys(METHODS) as Method[]).map((name) => (
            <option key={name} value={name}>
              {METHODS[name].title}
            </option>
          ))}
        </select>
        <input
          type="text"
          inputMode="decimal"
          aria-label="Threshold"
          aria-invalid={!isLevel}
          value={value}
          onInput={({ currentTarget }) => change({ value: currentTarget.value })}
        />
        <small>{METHODS[method].unit}</small>
      </div>
      <label class="calcium-row">
        <span>Least pixels</span>
        <input
          type="text"
          inputMode="numeric"
          aria-invalid={!isLeast}
          value={leastPixels}
          onInput={({ currentTarget }) => change({ leastPixels: currentTarget.value })}
        />
        <small>px</small>
      </label>
      <label class="calcium-check">
        <input
          type="checkbox"
          checked={choices.clearOfBeads.value}
          onChange={({ currentTarget }) => {
            choices.clearOfBeads.value = currentTarget.checked;
            if (shown) void look();
          }}
        />
        Keep clear of bead ROIs
      </label>
      <div class="calcium-buttons">
        <button type="submit" disabled={!isLevel || !isLeast || isLooking.value}>
          Preview
        </button>
        {shown && (
          <>
            <button
              type="button"
              class="calcium-primary"
              disabled={count === 0}
              onClick={() => {
                desk.edit((draft) => draft.replace(cellLabels(shown)));
                found.value = null;
              }}
            >
              Use these
            </button>
            <button
              type="button"
              onClick={() => {
                found.value = null;
              }}
            >
              Cancel
            </button>
          </>
        )}
      </div>
      {shown && (
        <p role="status">
          {count} cells above {formatFixed(found.value?.threshold ?? Number.NaN, 1)} counts
        </p>
      )}
      {problem.value !== null && (
        <p class="tone-lost" role="alert">
          {problem.value}
        </p>
      )}
    </form>
  );
}
