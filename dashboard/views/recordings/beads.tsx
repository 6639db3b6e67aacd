import type { Signal } from '@preact/signals';
import { beadColorVariable } from '../../plots/plot-definitions.ts';

/** Beads shown at a time: more lines cannot be told apart. */
export const MAX_REPLAYED_BEADS = 8;

/** The beads of a recording as buttons; those pressed are shown. */
export function ReplayBeads({ ids, chosen }: { ids: readonly number[]; chosen: Signal<readonly number[]> }) {
  const shown = chosen.value;
  const isFull = shown.length >= MAX_REPLAYED_BEADS;
  return (
    <fieldset class="replay-beads">
      <legend>Beads</legend>
      {ids.map((bead) => {
        const at = shown.indexOf(bead);
        return (
          <button
            key={bead}
            type="button"
            aria-label={`Bead ${bead}`}
            aria-pressed={at >= 0}
            disabled={at < 0 && isFull}
            style={at >= 0 && shown.length > 1 ? { color: `var(${beadColorVariable(at)})` } : undefined}
            onClick={() => {
              chosen.value = at >= 0 ? shown.filter((one) => one !== bead) : [...shown, bead];
            }}
          >
            {bead}
          </button>
        );
      })}
    </fieldset>
  );
}
