import type { LiveStore } from '../store/live-store.ts';
import { type PlotChoices, WINDOWS_S } from '../store/plot-choices.ts';
import { FULL_RATE_S } from '../store/trace-history.ts';
import type { TraceView } from '../store/trace-view.ts';
import { exportName, pictureLegend, plotsAsPicture, saveFile, tracesAsCsv } from './export-traces.ts';
import { beadColorVariable } from './plot-definitions.ts';

/** The selected beads in their colors, and the references; a click takes a bead off. */
export function BeadChips({ store }: { store: LiveStore }) {
  const { selection, references, fits } = store;
  const beads = selection.value;
  return (
    <p class="readout bead-chips">
      {beads.map((bead, at) => (
        <button
          key={bead}
          type="button"
          class="chip"
          title={beads.length > 1 ? `Take bead ${bead} off the plots` : 'The selected bead'}
          disabled={beads.length === 1}
          style={beads.length > 1 ? { color: `var(${beadColorVariable(at)})` } : undefined}
          onClick={() => store.toggleSelected(bead)}
        >
          bead {bead}
        </button>
      ))}
      {references.value.map((bead) => (
        <button
          key={`reference-${bead}`}
          type="button"
          class="chip chip-reference"
          title={`Bead ${bead} is a reference bead no more`}
          onClick={() => store.toggleReference(bead)}
        >
          reference {bead}
        </button>
      ))}
      {fits.value && <span class="band-legend">value ± σ of the fit</span>}
    </p>
  );
}

export function WindowChoice({ choices: { windowS, zoom } }: { choices: PlotChoices }) {
  return (
    <fieldset class="segments">
      <legend class="unseen">Time shown</legend>
      {WINDOWS_S.map(({ seconds, label }) => (
        <label key={seconds}>
          <input
            type="radio"
            name="window"
            checked={windowS.value === seconds}
            onChange={() => {
              windowS.value = seconds;
              zoom.value = null;
            }}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function PauseButton({ choices, view }: { choices: PlotChoices; view: TraceView }) {
  const isPaused = choices.paused.value !== null;
  return (
    <button
      type="button"
      aria-pressed={isPaused}
      onClick={() => {
        if (isPaused) choices.zoom.value = null;
        choices.paused.value = isPaused ? null : view.hold(Math.max(choices.windowS.peek(), FULL_RATE_S));
      }}
    >
      {isPaused ? 'Resume' : 'Pause'}
    </button>
  );
}

/** Whether x, y and z are those of the beads or less the mean of the reference beads, and which these are. */
export function RelativeChoice({ store }: { store: LiveStore }) {
  const { plots, references, selected } = store;
  const bead = selected.value;
  const isReference = bead !== null && references.value.includes(bead);
  const hasReferences = references.value.length > 0;
  return (
    <>
      <fieldset class="segments">
        <legend class="unseen">Positions</legend>
        {[false, true].map((isRelative) => (
          <label
            key={String(isRelative)}
            title={
              isRelative && !hasReferences
                ? 'Make a bead the reference first'
                : isRelative
                  ? 'x, y and z less the mean of the reference beads'
                  : undefined
            }
          >
            <input
              type="radio"
              name="relative"
              disabled={isRelative && !hasReferences}
              checked={(plots.isRelative.value && hasReferences) === isRelative}
              onChange={() => {
                plots.isRelative.value = isRelative;
              }}
            />
            <span>{isRelative ? 'Relative' : 'Absolute'}</span>
          </label>
        ))}
      </fieldset>
      {bead !== null && (
        <button
          type="button"
          aria-pressed={isReference}
          title="Whether the bead picked last is a reference bead"
          onClick={() => store.toggleReference(bead)}
        >
          Reference bead
        </button>
      )}
    </>
  );
}

/** Saves what is shown: the plots within an element as a picture, the points as a table. */
export function ExportButtons({
  store,
  view,
  picture,
}: {
  store: LiveStore;
  view: TraceView;
  picture(): HTMLElement | null;
}) {
  return (
    <>
      <button
        type="button"
        title="Save the plots as they are shown"
        onClick={() => {
          const element = picture();
          if (!element) return;
          const look = view.look();
          const name = `${exportName(look, 'plots')}.png`;
          const legend = pictureLegend(element, look, store.references.peek());
          plotsAsPicture(element, legend).toBlob((png) => png && saveFile(name, png), 'image/png');
        }}
      >
        PNG
      </button>
      <button
        type="button"
        title="Save every point of the time shown that this page has got, with what the fit says of it"
        onClick={() => {
          const look = view.look();
          const parts = tracesAsCsv(look, store.references.peek());
          saveFile(`${exportName(look, 'traces')}.csv`, new Blob(parts, { type: 'text/csv' }));
        }}
      >
        CSV
      </button>
    </>
  );
}
