import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { cellsOf } from '#protocol/cell-map.ts';
import { type CellWish, watchCells } from '../../link/watch-cells.ts';
import { Problem } from '../problem.tsx';
import type { ViewProps } from '../view.ts';
import { type Act, useAct } from '../z-lut/act.ts';
import { CellsPage } from './cells.tsx';
import { choices, PAGES, shownCells } from './choices.ts';
import { OfflinePage } from './offline.tsx';
import { Segments } from './segments.tsx';
import { CalciumFigures } from './status.tsx';
import { TracesPage } from './traces.tsx';
import './calcium.css';

/** Traces of cells that light up: which pixels they are, how they fire, and the same from a recording. */
export function CalciumView(props: ViewProps) {
  const { store, connection } = props;
  const act = useAct(props);
  const { setup } = store.calcium;
  const cells = useComputed(() => (setup.value?.map ? cellsOf(setup.value.map) : []));
  const wish = useComputed<CellWish>(() => ({
    cells: shownCells(cells.value),
    seconds: Math.max(120, choices.followedS.value),
  }));
  useEffect(() => watchCells(store, connection, wish), [store, connection, wish]);
  const isOn = setup.value?.on === true;
  return (
    <section class="panel calcium" aria-labelledby="calcium-title">
      <header>
        <h2 id="calcium-title">Calcium</h2>
        {setup.value && (
          <Segments
            legend="Page of the calcium view"
            name="calcium-page"
            options={PAGES}
            value={choices.page.value}
            onChoose={choices.choosePage}
          />
        )}
        {isOn && <CalciumFigures calcium={store.calcium} />}
        {isOn && (
          <button
            type="button"
            disabled={act.whyNot !== null}
            title={act.whyNot ?? 'Cells are not measured any more; their map is kept'}
            onClick={() => void act.ask({ type: 'set-calcium', on: false })}
          >
            Stop measuring
          </button>
        )}
      </header>
      <Problem problem={act.problem} class="calcium-problem" />
      {setup.value === null && <p class="empty">This tracker does not measure cells.</p>}
      {setup.value && choices.page.value === 'offline' && <OfflinePage store={store} />}
      {setup.value && choices.page.value !== 'offline' && !isOn && <Off act={act} />}
      {isOn && choices.page.value === 'traces' && <TracesPage store={store} cells={cells.value} />}
      {isOn && choices.page.value === 'cells' && <CellsPage {...props} act={act} />}
    </section>
  );
}

function Off({ act }: { act: Act }) {
  return (
    <div class="calcium-off">
      <p>
        Cells are not measured. Once they are, the light of each cell is averaged in every frame that comes,
        beside the beads, and its dF/F, noise and events are told here and recorded.
      </p>
      <button
        type="button"
        class="calcium-primary"
        disabled={act.whyNot !== null}
        title={act.whyNot ?? undefined}
        onClick={() => void act.ask({ type: 'set-calcium', on: true })}
      >
        Measure cells
      </button>
      {act.whyNot !== null && <p class="tone-warning">{act.whyNot}.</p>}
    </div>
  );
}
