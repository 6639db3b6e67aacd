import { cellMapBytes } from '#protocol/cell-map.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { formatCount } from '../../words/format-number.ts';
import type { Act } from '../z-lut/act.ts';
import { choices } from './choices.ts';
import { desk, TOOLS } from './desk.ts';
import { outlinesOf } from './outlines.ts';
import { removeChosen } from './picture-gestures.ts';
import { Segments } from './segments.tsx';

const LARGEST_RADIUS = 30;

/** Draws, erases and removes cells, and tells the tracker. */
export function EditTools({ store, act }: { store: LiveStore; act: Act }) {
  const draft = desk.draft;
  const setup = store.calcium.setup.value;
  if (!draft || !setup?.map) return null;
  const outlines = outlinesOf(draft.map);
  const cell = choices.cell.value;
  const chosen = outlines.find((outline) => outline.cell === cell);
  const { isChanged } = desk;
  return (
    <section class="calcium-group" aria-labelledby="calcium-edit-title">
      <h3 id="calcium-edit-title">Cells</h3>
      <Segments
        legend="What a drag on the picture does"
        name="calcium-tool"
        options={TOOLS}
        value={desk.tool.value}
        onChoose={(tool) => {
          desk.tool.value = tool;
        }}
      />
      <label class="calcium-row">
        <span>
          Brush <small>{desk.radius.value} px</small>
        </span>
        <input
          type="range"
          aria-label="Radius of the brush"
          min={0}
          max={LARGEST_RADIUS}
          value={desk.radius.value}
          aria-valuetext={`${desk.radius.value} px`}
          onInput={({ currentTarget }) => {
            desk.radius.value = currentTarget.valueAsNumber;
          }}
        />
      </label>
      <p>
        {outlines.length} cells
        {chosen
          ? `; cell ${chosen.cell} has ${formatCount(chosen.pixels)} px`
          : '; click on one to choose it'}
      </p>
      <div class="calcium-buttons">
        <button type="button" disabled={!chosen} onClick={removeChosen}>
          Delete
        </button>
        <button type="button" disabled={!draft.canUndo} onClick={() => desk.edit((open) => open.undo())}>
          Undo
        </button>
        <button
          type="button"
          disabled={outlines.length === 0}
          title="Removes all cells; can be undone"
          onClick={() => desk.edit((open) => open.clear())}
        >
          Clear
        </button>
      </div>
      <div class="calcium-buttons">
        <button
          type="button"
          class="calcium-primary"
          disabled={!isChanged || act.whyNot !== null}
          title={act.whyNot ?? 'From the next frame on these cells are measured'}
          onClick={() => void act.ask({ type: 'set-cells', runs: new Uint8Array(cellMapBytes(draft.map)) })}
        >
          Apply
        </button>
        <button type="button" disabled={!isChanged} onClick={() => desk.discard(setup.map!)}>
          Discard
        </button>
      </div>
      <p role="status" class={isChanged ? 'tone-warning' : undefined}>
        {isChanged
          ? 'Not applied yet: the tracker measures the cells as they were.'
          : setup.savedAs !== null
            ? `Measured, and saved as ${setup.savedAs}`
            : 'Measured; not saved for the next start'}
      </p>
      {isChanged && desk.isOutdated(setup.map) && (
        <p class="tone-warning" role="alert">
          Somebody else has changed the cells meanwhile: Apply replaces theirs.
        </p>
      )}
    </section>
  );
}
